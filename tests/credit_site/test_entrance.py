"""The entrance: login, lock, first page, temporary password, second factor, nothing beside."""

import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import F
from django.urls import reverse

from registry.models import Account, Event
from tests.factories import make_account, make_department, make_subject

pytestmark = pytest.mark.django_db
PASSWORD = "demonstration-1"
SECRET = "JBSWY3DPEHPK3PXP"


def log_in(client, username, password=PASSWORD):
    return client.post(reverse("account_login"), {"login": username, "password": password})


def code(secret=SECRET):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def is_in(client):
    return "_auth_user_id" in client.session


def test_an_officer_begins_at_the_workbench(client):
    make_account("handler", department=make_department(), username="jing.ban")
    assert log_in(client, "jing.ban").url == reverse("workbench")


def test_an_administrator_begins_at_the_workbench(client):
    make_account("administrator", department=make_department(), username="guan.li")
    assert log_in(client, "guan.li").url == reverse("workbench")


def test_a_department_user_begins_at_its_orders(client):
    make_account("department", department=make_department(), username="bu.men")
    assert log_in(client, "bu.men").url == reverse("sanctions:order-list")


def test_a_subject_begins_at_its_own_file(client):
    make_account("subject", subject=make_subject(), username="qi.ye")
    assert log_in(client, "qi.ye").url == reverse("portal:home")


def test_the_page_asked_for_is_returned_to(client):
    make_account("handler", department=make_department(), username="jing.ban")
    answer = client.post(
        f"{reverse('account_login')}?next=/office/calendar/",
        {"login": "jing.ban", "password": PASSWORD, "next": "/office/calendar/"},
    )
    assert answer.url == "/office/calendar/"


def test_a_next_page_elsewhere_is_not_followed(client):
    make_account("handler", department=make_department(), username="jing.ban")
    answer = client.post(
        reverse("account_login"), {"login": "jing.ban", "password": PASSWORD, "next": "https://elsewhere.test/"}
    )
    assert answer.url == reverse("workbench")


def test_a_wrong_password_says_the_same_as_an_unknown_name(client):
    make_account("handler", username="jing.ban")
    wrong, unknown = (log_in(client, name, "wrong-password-1") for name in ("jing.ban", "nobody"))
    assert wrong.context["form"].non_field_errors() == unknown.context["form"].non_field_errors()
    assert wrong.context["form"].errors


def test_the_name_is_locked_after_five_wrong_passwords(client):
    make_account("handler", username="jing.ban")
    answers = [log_in(client, "jing.ban", "wrong-password-1") for _ in range(settings.AXES_FAILURE_LIMIT)]
    assert [answer.status_code for answer in answers] == [200] * 4 + [429]
    assert "暂时锁定" in answers[-1].content.decode()


def test_a_locked_name_is_refused_even_with_the_right_password(client):
    make_account("handler", username="jing.ban")
    for _ in range(settings.AXES_FAILURE_LIMIT):
        log_in(client, "jing.ban", "wrong-password-1")
    log_in(client, "jing.ban")
    assert not is_in(client)


def test_a_colleague_behind_the_same_address_is_not_locked_out(client):
    make_account("handler", username="jing.ban")
    make_account("reviewer", username="shen.he")
    for _ in range(settings.AXES_FAILURE_LIMIT):
        log_in(client, "jing.ban", "wrong-password-1")
    log_in(client, "shen.he")
    assert is_in(client)


def many_failures(client, settings, **headers):
    settings.LOGIN_FAILURES_AN_ADDRESS = 6
    for number in range(6):
        client.post(
            reverse("account_login"), {"login": f"name-{number}", "password": "wrong-password-1"}, headers=headers
        )


def test_one_password_tried_on_many_names_shuts_the_address_out(client, settings):
    make_account("handler", username="jing.ban")
    many_failures(client, settings)
    answer = log_in(client, "jing.ban")
    assert "网络地址" in "".join(answer.context["form"].non_field_errors())
    assert not is_in(client)


def test_another_address_is_not_shut_out_with_it(client, settings):
    settings.TRUSTED_PROXIES = 1
    make_account("handler", username="jing.ban")
    many_failures(client, settings, x_forwarded_for="203.0.113.7")
    client.post(
        reverse("account_login"),
        {"login": "jing.ban", "password": PASSWORD},
        headers={"x-forwarded-for": "203.0.113.8"},
    )
    assert is_in(client)


def test_an_address_is_let_in_again_after_half_an_hour(client, settings):
    make_account("handler", username="jing.ban")
    many_failures(client, settings)
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=31))
    log_in(client, "jing.ban")
    assert is_in(client)


def test_behind_a_proxy_that_is_not_declared_nobody_shuts_everybody_out(client, settings):
    make_account("handler", username="jing.ban")
    many_failures(client, settings, x_forwarded_for="203.0.113.7")
    client.post(
        reverse("account_login"),
        {"login": "jing.ban", "password": PASSWORD},
        headers={"x-forwarded-for": "203.0.113.8"},
    )
    assert is_in(client)


def test_a_shut_account_does_not_get_in(client):
    make_account("handler", username="jing.ban", is_active=False)
    log_in(client, "jing.ban")
    assert not is_in(client)


def test_logging_out_asks_first(client):
    client.force_login(make_account("handler"))
    client.get(reverse("account_logout"))
    assert is_in(client)


def test_logging_out_ends_the_session(client):
    client.force_login(make_account("handler"))
    client.post(reverse("account_logout"))
    assert not is_in(client)


def test_a_session_idle_for_half_an_hour_ends(client):
    client.force_login(make_account("handler"))
    assert client.session.get_expiry_age() == 30 * 60
    assert settings.SESSION_SAVE_EVERY_REQUEST


@pytest.mark.parametrize("path", ["signup/", "password/reset/", "email/", "confirm-email/", "login/code/confirm/"])
def test_what_the_library_offers_beside_is_shut(client, path):
    assert client.get(f"/accounts/{path}").status_code == 404


def test_the_login_page_offers_no_reset_by_mail(client):
    assert "/password/reset/" not in client.get(reverse("account_login")).content.decode()


# --- temporary password


@pytest.fixture
def newcomer():
    return make_account("handler", department=make_department(), is_password_temporary=True)


def test_a_temporary_password_leads_to_its_change(client, newcomer):
    client.force_login(newcomer)
    assert client.get(reverse("workbench")).url == reverse("account_change_password")


def test_with_a_temporary_password_the_change_page_itself_opens(client, newcomer):
    client.force_login(newcomer)
    assert client.get(reverse("account_change_password")).status_code == 200


def test_with_a_temporary_password_public_pages_stay_open(client, newcomer):
    client.force_login(newcomer)
    assert client.get(reverse("disclosure:home")).status_code == 200


def test_changing_the_password_opens_the_workbench(client, newcomer):
    client.force_login(newcomer)
    new = "wode-mima-2026"
    client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert Account.objects.get(pk=newcomer.pk).check_password(new)
    assert client.get(reverse("workbench")).status_code == 200


def test_changing_the_password_leaves_an_event(client, newcomer):
    client.force_login(newcomer)
    new = "wode-mima-2026"
    client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert Event.objects.get(name="account.password-changed").actor == newcomer


@pytest.mark.parametrize("name", ["account_change_password", "account_reauthenticate"])
def test_no_page_leads_to_the_reset_by_mail_that_is_shut(client, name):
    client.force_login(make_account("subject", subject=make_subject()))
    assert "password/reset" not in client.get(reverse(name)).content.decode()


# --- second factor


@pytest.fixture
def _second_factor_required(settings):
    settings.REQUIRE_SECOND_FACTOR = True


@pytest.mark.usefixtures("_second_factor_required")
@pytest.mark.parametrize(
    "role", ["handler", "reviewer", "approver", "publisher", "department", "auditor", "administrator"]
)
def test_without_its_second_factor_an_account_is_led_to_enrol(client, role):
    client.force_login(make_account(role, department=make_department()))
    assert client.get(reverse("workbench")).url == reverse("mfa_activate_totp")


@pytest.mark.usefixtures("_second_factor_required")
def test_a_subjects_account_does_without_a_second_factor(client):
    client.force_login(make_account("subject", subject=make_subject()))
    assert client.get(reverse("account_change_password")).status_code == 200


@pytest.mark.usefixtures("_second_factor_required")
def test_with_its_second_factor_an_officer_works(client):
    officer = make_account("handler", department=make_department())
    TOTP.activate(officer, SECRET)
    client.force_login(officer)
    assert client.get(reverse("workbench")).status_code == 200


@pytest.fixture
def enrolling(client, settings):
    """Somebody logged in without a second factor, who has given the password once more, as enrolment asks."""
    settings.REQUIRE_SECOND_FACTOR = True
    make_account("handler", department=make_department(), username="jing.ban")
    log_in(client, "jing.ban")
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


@pytest.mark.usefixtures("_second_factor_required")
def test_enrolling_asks_for_the_password_once_more(client):
    make_account("handler", department=make_department(), username="jing.ban")
    log_in(client, "jing.ban")
    assert client.get(reverse("mfa_activate_totp")).url.startswith(reverse("account_reauthenticate"))


def test_enrolling_needs_the_code_that_the_app_shows(enrolling):
    shown = code(enrolling.get(reverse("mfa_activate_totp")).context["form"].secret)
    wrong = str((int(shown) + 1) % 1_000_000).zfill(6)
    answer = enrolling.post(reverse("mfa_activate_totp"), {"code": wrong})
    assert answer.context["form"].errors["code"]
    assert not Authenticator.objects.exists()


def test_enrolling_with_the_shown_secret_opens_the_workbench(enrolling):
    secret = enrolling.get(reverse("mfa_activate_totp")).context["form"].secret
    enrolling.post(reverse("mfa_activate_totp"), {"code": code(secret)})
    assert enrolling.get(reverse("workbench")).status_code == 200


def test_the_password_alone_does_not_let_an_enrolled_account_in(client):
    officer = make_account("handler", department=make_department(), username="jing.ban")
    TOTP.activate(officer, SECRET)
    assert log_in(client, "jing.ban").url == reverse("mfa_authenticate")
    assert not is_in(client)


def test_halfway_through_the_login_the_code_is_asked_for(client):
    TOTP.activate(make_account("handler", department=make_department(), username="jing.ban"), SECRET)
    log_in(client, "jing.ban")
    assert client.get(reverse("mfa_authenticate")).status_code == 200


def test_the_code_lets_in(client):
    TOTP.activate(make_account("handler", department=make_department(), username="jing.ban"), SECRET)
    log_in(client, "jing.ban")
    client.post(reverse("mfa_authenticate"), {"code": code()})
    assert is_in(client)


def wrong_code():
    return str((int(code()) + 500_000) % 1_000_000).zfill(6)


def test_the_name_is_locked_after_five_wrong_codes(client):
    TOTP.activate(make_account("handler", department=make_department(), username="jing.ban"), SECRET)
    log_in(client, "jing.ban")
    answers = [client.post(reverse("mfa_authenticate"), {"code": wrong_code()}) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200] * 4 + [429]


def test_while_the_name_is_locked_the_right_code_does_not_let_in(client):
    TOTP.activate(make_account("handler", department=make_department(), username="jing.ban"), SECRET)
    log_in(client, "jing.ban")
    for _ in range(settings.AXES_FAILURE_LIMIT):
        client.post(reverse("mfa_authenticate"), {"code": wrong_code()})
    client.post(reverse("mfa_authenticate"), {"code": code()})
    assert not is_in(client)


def test_who_is_signed_in_cannot_try_codes_without_end_either(client):
    officer = make_account("handler", department=make_department(), username="jing.ban")
    TOTP.activate(officer, SECRET)
    client.force_login(officer)
    answers = [client.post(reverse("mfa_reauthenticate"), {"code": wrong_code()}) for _ in range(5)]
    assert answers[-1].status_code == 429


def test_a_recovery_code_lets_in_once(client):
    officer = make_account("handler", department=make_department(), username="jing.ban")
    TOTP.activate(officer, SECRET)
    spare = RecoveryCodes.activate(officer).get_unused_codes()[0]
    entered = []
    for _ in range(2):
        log_in(client, "jing.ban")
        client.post(reverse("mfa_authenticate"), {"code": spare})
        entered.append(is_in(client))
        client.post(reverse("account_logout"))
    assert entered == [True, False]


def test_authenticator_secrets_lie_encrypted():
    officer = make_account("handler")
    TOTP.activate(officer, SECRET)
    assert SECRET not in str(Authenticator.objects.get(user=officer).data)
