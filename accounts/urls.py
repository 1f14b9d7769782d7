from django.urls import path

from accounts import settings_forms as forms
from accounts import settings_views as views

app_name = "settings"


def page(name: str, form_class: type[forms.SettingsForm]) -> dict[str, object]:
    return {"form_class": form_class, "template": f"settings/{name}.html"}


urlpatterns = [
    path("", views.page, page("profile", forms.ProfileForm), name="profile"),
    path("language/", views.page, page("language", forms.LanguageForm), name="language"),
    path("appearance/", views.page, page("appearance", forms.AppearanceForm), name="appearance"),
    path("privacy/", views.page, page("privacy", forms.PrivacyForm), name="privacy"),
    path("keys/", views.page, page("keys", forms.KeysForm), name="keys"),
    path("sessions/", views.sessions, name="sessions"),
    path("choose/language/", views.choose_language, name="choose-language"),
    path("choose/theme/", views.choose_theme, name="choose-theme"),
]
