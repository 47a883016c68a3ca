"""The reporter's side of a tip: sending one, and answering what the office asks back. There is no account and no address
of a computer in it: nothing is kept that the reporter did not write."""

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.core.files.base import File
from django.db import IntegrityError, transaction

from registry import clock
from registry.base.errors import Conflict, InvalidInput, RuleRefused
from registry.rules import uploads
from registry.services.events import event_record
from registry.services.evidence import attachment_store
from registry.services.notices import notice_queue
from registry.services.numbers import number_next
from sanctions.models import Tip, TipFile, TipMessage
from sanctions.rules import tips as rules
from sanctions.selectors.tips import code_digest, tip_by_code, tip_desk
from sanctions.services.tip_identity import Reporter, identity_keep, reporter_words, words_add
from sanctions.services.tip_steps import limit_run, tip_lock

NUMBER_KIND, NUMBER_WORD = "tip", "信举"


@dataclass(frozen=True, repr=False)
class TipInput:
    """A tip as written: whom it is about, what happened, when and where, in the reporter's words."""

    about: str
    what: str
    happened_when: str
    place: str


@dataclass(frozen=True, repr=False)
class Filed:
    """The tip and its receipt code, which exists nowhere else: show it once."""

    tip: Tip
    code: str


def tip_file(*, content: TipInput, reporter: Reporter, files: Sequence[File], form_key: uuid.UUID, on: date) -> Filed:
    """Take a tip in. `form_key` is the form's own: sending it twice makes one tip.

    What the reporter gave as name, telephone and address is cut out of the texts, and numbers that identify a person are
    masked; the words as written are sealed with the identity. Raises InvalidInput naming the field, Conflict for a form
    sent before, RuleRefused where no office is set up.
    """
    try:
        with transaction.atomic():
            return _file(content, reporter, files, form_key, on)
    except IntegrityError as error:
        if Tip.objects.filter(form_key=form_key).exists():
            raise _sent_before() from error
        raise


def _sent_before() -> Conflict:
    return Conflict(
        "tip-sent-before",
        "这份举报已经收到，不需要重复提交。回执码只显示一次；没有记下的，可以另填一份，并说明与前一份是同一件事。",
    )


def _file(content: TipInput, reporter: Reporter, files: Sequence[File], form_key: uuid.UUID, on: date) -> Filed:
    if Tip.objects.filter(form_key=form_key).exists():
        raise _sent_before()
    _complete_require(content)
    desk = tip_desk()
    if desk is None:
        raise RuleRefused("no-tip-desk", "本县还没有设置受理举报的机构，暂时不能在线提交。请直接向有关部门反映。")
    code = "".join(secrets.choice(rules.CODE_ALPHABET) for _ in range(rules.CODE_LENGTH))
    written = (content.about, content.what, content.happened_when, content.place)
    shown = [rules.redacted(each.strip(), reporter.given) for each in written]
    tip = Tip(
        number=number_next(kind=NUMBER_KIND, prefix=NUMBER_WORD, department=desk, year=on.year),
        code_digest=code_digest(code),
        form_key=form_key,
        about=shown[0],
        what=shown[1],
        happened_when=shown[2],
        place=shown[3],
        received_on=on,
    )
    limit_run(tip, rules.ACCEPT_LIMIT, on)
    tip.save_by(None, reason="tip.file")
    cut = any(each.strip() != kept for each, kept in zip(written, shown, strict=True))
    words = "\n".join(written) if cut else ""
    identity_keep(tip, Reporter(reporter.name, reporter.phone, reporter.address, words))
    files_add(tip, files)
    event_record(
        "tip.received", f"收到举报{tip.number}", obj=tip, actor=None, on=on,
        payload={"number": tip.number, "files": len(files), "is_anonymous": reporter.is_empty},
    )  # fmt: skip
    return Filed(tip, code)


@transaction.atomic
def tip_answer(*, code: str, text: str, files: Sequence[File], on: date) -> Tip:
    """Let the reporter answer the office's open question. Raises InvalidInput (field `code` for a wrong one, `answer`),
    RuleRefused when nothing is asked."""
    found = tip_by_code(code)
    if found is None:
        raise code_unknown()
    tip = tip_lock(found.pk)
    if not awaits_answer(tip):
        raise RuleRefused("nothing-asked", "目前没有需要您补充的问题。有新的情况，可以另填一份举报。")
    if not text.strip() and not files:
        raise InvalidInput("answer-empty", "请填写补充说明，或者上传材料。", field="answer")
    _length_require(text, 2000, "answer", "补充说明")
    shown = rules.redacted(text.strip(), reporter_words(tip))
    if shown != text.strip():
        words_add(tip, text.strip())
    TipMessage.objects.create(tip=tip, account=None, on=on, text=shown or "（只上传了材料）")
    files_add(tip, files)
    tip.save_by(None, reason="tip.answer")
    event_record(
        "tip.answered", f"举报{tip.number}：举报人已补充", obj=tip, actor=None, on=on,
        payload={"number": tip.number, "files": len(files)},
    )  # fmt: skip
    if tip.handler is not None:
        notice_queue(
            "tip.answered", title=f"举报人已补充：{tip.number}", body="举报人回答了您的追问，请查看后继续核查。",
            at=clock.now(), obj=tip, account=tip.handler,
        )  # fmt: skip
    return tip


def awaits_answer(tip: Tip) -> bool:
    """Whether the office has asked the reporter something that is not answered yet, and still looks into the tip."""
    last = tip.messages.order_by("-pk").first()
    return tip.state == rules.ACCEPTED and last is not None and last.is_question


def code_unknown() -> InvalidInput:
    """The one answer to every text that is no receipt code."""
    return InvalidInput("code-unknown", "没有查到。请核对回执码后重试；连续输错会被暂停查询。", field="code")


def files_add(tip: Tip, files: Sequence[File]) -> None:
    """Check and seal the files under names of ours. Raises InvalidInput (field `uploads`) naming what is wrong."""
    held = tip.files.count()
    if len(files) > settings.TIP_FILES_MOST or held + len(files) > 3 * settings.TIP_FILES_MOST:
        raise InvalidInput(
            "too-many-files", f"一次最多上传{settings.TIP_FILES_MOST}个文件，请挑选或者合并后重试。", field="uploads"
        )
    for place, upload in enumerate(files, start=held + 1):
        try:
            extension = uploads.extension_of(uploads.clean_file_name(upload.name or ""))
        except uploads.UploadRefused as refusal:
            raise InvalidInput(refusal.code, refusal.message, field="uploads") from refusal
        upload.name = f"举报材料{place}.{extension}"
        try:
            attachment = attachment_store(upload=upload, actor=None, most_bytes=settings.TIP_FILE_MAX_BYTES)
        except InvalidInput as refusal:
            raise InvalidInput(refusal.code, f"第{place - held}个文件：{refusal.message}", field="uploads") from refusal
        TipFile.objects.create(tip=tip, place=place, attachment=attachment)


_FIELDS = (
    ("about", "被举报的单位或者个人", 200),
    ("what", "举报内容", 5000),
    ("happened_when", "发生时间", 100),
    ("place", "地点", 200),
)


def _complete_require(content: TipInput) -> None:
    for name, label, most in _FIELDS:
        text = getattr(content, name)
        if not text.strip():
            raise InvalidInput("field-missing", f"请填写{label}。", field=name)
        _length_require(text, most, name, label)


def _length_require(text: str, most: int, field: str, label: str) -> None:
    if len(text.strip()) > most:
        raise InvalidInput(
            "text-too-long", f"{label}最多{most}字，现有{len(text.strip())}字，请压缩后重试。", field=field
        )
