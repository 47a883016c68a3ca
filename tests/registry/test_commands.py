"""Commands of the operator: open the office, check the keys."""

from io import StringIO

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from cryptography.fernet import Fernet
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from registry import clock
from registry.base.personal_data import lookup_hash, text_seal
from registry.models import Account
from registry.services.authz import may
from registry.services.evidence import attachment_store
from tests.factories import make_account, make_department, make_subject
from tests.registry.imports.files import previewed_batch

pytestmark = pytest.mark.django_db


def open_office(username="admin"):
    out = StringIO()
    call_command("office_open", office="演示县信用办", contact="演示电话", username=username, name="管理员", stdout=out)
    return out.getvalue()


def test_the_first_administrator_may_manage_accounts():
    open_office()
    assert may(Account.objects.get(username="admin"), "account.manage", clock.today())


def test_the_printed_password_logs_in_and_is_temporary():
    password = open_office().splitlines()[-1].partition("：")[2]
    account = Account.objects.get(username="admin")
    assert (account.check_password(password), account.is_password_temporary) == (True, True)


def test_a_second_first_administrator_is_refused():
    open_office()
    with pytest.raises(CommandError, match="已有系统管理员"):
        open_office("admin2")


def check_keys():
    out = StringIO()
    call_command("check_keys", stdout=out)
    return out.getvalue()


@pytest.fixture
def _sealed():
    number = "11010519491231002X"
    make_subject(kind="person", document_sealed=text_seal(number), document_hash=lookup_hash(number))


@pytest.mark.usefixtures("_sealed")
def test_fitting_keys_pass():
    assert "核对 1 条：无法解密 0 条，索引不符 0 条" in check_keys()


@pytest.mark.usefixtures("_sealed")
def test_a_new_first_key_still_opens_with_the_old_behind_it(settings):
    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]
    assert "无法解密 0 条" in check_keys()


@pytest.mark.usefixtures("_sealed")
def test_a_lost_key_shows(settings):
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(CommandError, match="不相配"):
        check_keys()


@pytest.mark.usefixtures("_sealed")
def test_a_changed_hash_key_shows(settings):
    settings.FIELD_HASH_KEY = "another"
    with pytest.raises(CommandError, match="不相配"):
        check_keys()


def sealed_file():
    attachment_store(upload=SimpleUploadedFile("演示.txt", "演示".encode()), actor=None)


def sealed_authenticator():
    TOTP.activate(make_account("handler"), "JBSWY3DPEHPK3PXP")


def sealed_import_row():
    previewed_batch(make_department(), make_account("handler"))


@pytest.mark.parametrize("make", [sealed_file, sealed_authenticator, sealed_import_row])
def test_a_lost_key_shows_by_whatever_it_sealed(settings, make):
    make()
    check_keys()
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(CommandError, match="不相配"):
        check_keys()
