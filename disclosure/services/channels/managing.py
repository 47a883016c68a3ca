"""Channels: opened, changed, paused, closed by an administrator; sent and sent again by officers."""

import re
import secrets
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction

from disclosure.models import Channel, ChannelHealth, Submission
from disclosure.rules.submissions import ACCEPTED, DEAD, DROPPED, OWED, REFUSED, SENT, WITHDRAWAL, Standing, owed_again
from disclosure.services.channels.carriers import Carrier, Counts, Now, carrier_of, carriers
from disclosure.services.channels.moves import When, owe, owed_write
from disclosure.services.channels.owing import OPENED
from registry.base.errors import Conflict, InvalidInput, TransitionRefused
from registry.base.personal_data import text_seal
from registry.base.tracked import version_require
from registry.models import Account
from registry.services import authz
from registry.services.events import event_record
from registry.services.outbox import outbox_put

MANAGE, SEND = "channel.manage", "channel.send"
_CODE: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,38}[a-z0-9]", re.ASCII)
_FIELDS: Final = ("name", "named_as", "takes_penalties", "takes_permits", "with_identities", "counts", "since_on")


@transaction.atomic
def channel_open(
    *, code: str, kind: str, values: Mapping[str, Any], settings: Mapping[str, str], actor: Account | None, on: date,
    at: datetime,
) -> tuple[Channel, str]:  # fmt: skip
    """Open a channel; return it and its signing secret ("" for kinds that sign nothing), which is shown this once.

    `values`: the fields of `_FIELDS`. What has been decided since `since_on` is owed to it by the relay. Raises
    NotAllowed, InvalidInput naming the field, Conflict (the code is taken).
    """
    authz.require(actor, MANAGE, on=on)
    carrier = _carrier(kind)
    if not _CODE.fullmatch(code):
        raise InvalidInput(
            "code-unfit", "代码须为2至40位小写字母、数字和短横线，并以字母或数字开头、结尾；它也是文件夹和文件的名字。",
            field="code",
        )  # fmt: skip
    if Channel.objects.filter(code=code).exists():
        raise Conflict("code-taken", f"代码“{code}”已有渠道使用，请另取一个。", field="code")
    channel = Channel(code=code, kind=kind, opened_on=on)
    secret = f"chsec_{secrets.token_urlsafe(32)}" if carrier.is_signed else ""
    channel.secret_sealed = text_seal(secret) if secret else ""
    _fill(channel, carrier, values, settings)
    channel.save_by(actor, reason="channel.open")
    ChannelHealth.objects.create(channel=channel)
    _event("opened", f"启用公示渠道“{channel}”（{carrier.label}），报送{channel.since_on}起的决定", channel, actor, on)
    _owe_later(channel, at)
    return channel, secret


@transaction.atomic
def channel_change(
    *, channel: Channel, values: Mapping[str, Any], settings: Mapping[str, str], version: int | None,
    actor: Account | None, on: date, at: datetime,
) -> Channel:  # fmt: skip
    """Change what a channel takes and how it is reached. What it was owed stays owed. Raises as `channel_open`."""
    channel = _locked(channel, version)
    authz.require(actor, MANAGE, on=on)
    carrier = _carrier(channel.kind)
    _fill(channel, carrier, values, settings)
    channel.save_by(actor, reason="channel.change")
    _event("changed", f"修改公示渠道“{channel}”", channel, actor, on)
    _owe_later(channel, at)
    return channel


@transaction.atomic
def channel_secret_renew(*, channel: Channel, version: int | None, actor: Account | None, on: date) -> str:
    """Give a new signing secret, at once; return it. Raises NotAllowed, TransitionRefused (its kind signs nothing)."""
    channel = _locked(channel, version)
    authz.require(actor, MANAGE, on=on)
    if not _carrier(channel.kind).is_signed:
        raise TransitionRefused("channel-unsigned", f"渠道“{channel}”不用签名密钥。")
    secret = f"chsec_{secrets.token_urlsafe(32)}"
    channel.secret_sealed = text_seal(secret)
    channel.save_by(actor, reason="channel.secret")
    _event("secret", f"更换公示渠道“{channel}”的签名密钥", channel, actor, on)
    return secret


@transaction.atomic
def channel_pause(
    *, channel: Channel, is_paused: bool, version: int | None, actor: Account | None, on: date
) -> Channel:
    """Send nothing until resumed, or send again; what is owed meanwhile waits. Raises NotAllowed, TransitionRefused."""
    channel = _locked(channel, version)
    authz.require(actor, MANAGE, on=on)
    if channel.is_paused == is_paused:
        raise TransitionRefused(
            "channel-state", f"渠道“{channel}”{'已经暂停' if is_paused else '没有暂停'}。请刷新后核对。"
        )
    channel.is_paused = is_paused
    channel.save_by(actor, reason="channel.pause" if is_paused else "channel.resume")
    ChannelHealth.objects.filter(channel=channel).update(failures=0, unreachable_since=None, resumes_at=None)
    word = "暂停" if is_paused else "恢复"
    _event("paused" if is_paused else "resumed", f"{word}公示渠道“{channel}”", channel, actor, on)
    return channel


@transaction.atomic
def channel_close(*, channel: Channel, reason: str, version: int | None, actor: Account | None, on: date) -> Channel:
    """End a channel: nothing more is owed to it or sent; what was reported stays reported. Raises NotAllowed,
    InvalidInput (no reason), TransitionRefused."""
    channel = _locked(channel, version)
    authz.require(actor, MANAGE, on=on)
    if not reason.strip():
        raise InvalidInput("reason-missing", "停用渠道必须写明理由，请填写后再提交。", field="reason")
    channel.closed_on = on
    channel.save_by(actor, reason="channel.close")
    _event("closed", f"停用公示渠道“{channel}”：{reason.strip()}", channel, actor, on)
    return channel


def channel_send_now(*, channel: Channel, actor: Account | None, on: date, now: Now) -> Counts:
    """Send at once what a channel is owed. Raises NotAllowed, TransitionRefused (paused, closed, kind unknown)."""
    authz.require(actor, SEND, on=on)
    carrier = carrier_of(channel)
    if channel.closed_on is not None or channel.is_paused or carrier is None:
        raise TransitionRefused("channel-idle", f"渠道“{channel}”已暂停或者停用，没有报送。请系统管理员先恢复。")
    ChannelHealth.objects.filter(channel=channel).update(resumes_at=None)
    return carrier.send(channel, actor, now)


@transaction.atomic
def submission_resend(*, submission_id: int, reason: str, actor: Account | None, when: When) -> Submission:
    """Owe a record once more to a channel that sent it back, could not be reached, or never answered.

    A withdrawal is owed once more as a withdrawal. Raises NotAllowed, InvalidInput (no reason), TransitionRefused (it
    waits to be sent already, or is not to be sent any more).
    """
    submission = Submission.objects.select_for_update(of=("self",)).select_related("channel").get(pk=submission_id)
    authz.require(actor, SEND, on=when.on)
    if submission.channel.closed_on is not None:
        raise TransitionRefused("channel-closed", f"渠道“{submission.channel}”已停用，不能再报送。")
    if not may_resend(submission):
        word = "不再报送" if submission.state == DROPPED else "已在待报送中，不必重复办理"
        raise TransitionRefused("submission-state", f"该条{word}。请刷新页面后核对。")
    if not reason.strip():
        raise InvalidInput("reason-missing", "重新报送必须写明理由，请填写后再提交。", field="reason")
    again = owed_again(submission.standing)
    if submission.matter == WITHDRAWAL:
        again = Standing(WITHDRAWAL, OWED, submission.is_held)
    owed_write([submission], [owe(submission, again, when, reason=reason.strip())])
    event_record(
        "submission.resent", f"重新向渠道“{submission.channel}”报送{submission.record}：{reason.strip()}", obj=submission,
        actor=actor, on=when.on, payload={"channel": submission.channel.code, "record": submission.record_id},
    )  # fmt: skip
    return submission


def may_resend(submission: Submission) -> bool:
    """Whether sending once more means anything: it has been out, or stays here for a fault."""
    return submission.state in (SENT, REFUSED, DEAD, ACCEPTED) or bool(submission.fault)


def _carrier(kind: str) -> Carrier:
    found = next((each for each in carriers() if each.code == kind), None)
    if found is None:
        labels = "、".join(each.label for each in carriers())
        raise InvalidInput("kind-unknown", f"报送方式“{kind}”不存在，请从以下选择：{labels}。", field="kind")
    return found


def _fill(channel: Channel, carrier: Carrier, values: Mapping[str, Any], settings: Mapping[str, str]) -> None:
    for name in _FIELDS:
        setattr(channel, name, values[name])
    if not channel.takes_penalties and not channel.takes_permits:
        raise InvalidInput("takes-nothing", "行政处罚和行政许可至少选择一种。", field="takes_penalties")
    wanted = {setting.name: settings.get(setting.name, "").strip() for setting in carrier.settings}
    for setting in carrier.settings:
        if not wanted[setting.name]:
            raise InvalidInput("setting-missing", f"{carrier.label}必须填写{setting.label}。", field=setting.name)
    carrier.check(wanted)
    channel.settings = wanted


def _locked(channel: Channel, version: int | None) -> Channel:
    found: Channel = Channel.objects.select_for_update(no_key=True).get(pk=channel.pk)
    if found.closed_on is not None:
        raise TransitionRefused(
            "channel-closed", f"渠道“{found}”已于{found.closed_on}停用，不能再办理。需要的请另行启用。"
        )
    version_require(found, version)
    return found


def _owe_later(channel: Channel, at: datetime) -> None:
    outbox_put(OPENED, key=f"{channel.pk}:{channel.version}", payload={"channel": channel.pk}, at=at)


def _event(name: str, text: str, channel: Channel, actor: Account | None, on: date) -> None:
    event_record(f"channel.{name}", text, obj=channel, actor=actor, on=on, payload={"code": channel.code})
