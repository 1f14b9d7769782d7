from django.urls import path

from chat import views

app_name = "chat"
urlpatterns = [
    path("", views.home, name="home"),
    path("emoji/<str:version>.json", views.emoji, name="emoji"),
    path("setup/", views.set_up, name="set-up"),
    path("setup/later/", views.set_up_later, name="set-up-later"),
    path("r/<str:slug>/", views.room, name="room"),
    path("r/<str:slug>/<int:seq>/", views.message, name="message"),
]
