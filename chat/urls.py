from django.urls import path

from chat import views

app_name = "chat"
urlpatterns = [
    path("", views.home, name="home"),
    path("r/<str:slug>/", views.room, name="room"),
    path("r/<str:slug>/<int:seq>/", views.message, name="message"),
]
