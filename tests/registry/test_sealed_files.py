"""Files on the disk: sealed a piece at a time, read from anywhere, and nobody takes out, moves or mixes pieces unnoticed."""

import random
from pathlib import Path

import pytest
from cryptography.fernet import InvalidToken
from django.core.files.base import ContentFile

from registry.base.personal_data import bytes_seal
from registry.base.sealed_files import _FULL, _MARK, PIECE, SealedFileStorage

LENGTHS = [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE + 17]


def content_of(length):
    return random.Random(length).randbytes(length)


@pytest.fixture
def storage(tmp_path):
    return SealedFileStorage(location=tmp_path)


def kept(storage, length):
    return storage.save("a.bin", ContentFile(content_of(length)))


def on_disk(storage, name):
    return Path(storage.path(name)).read_bytes()


def lay(storage, name, content):
    Path(storage.path(name)).write_bytes(content)


def pieces_of(sealed):
    body = sealed[len(_MARK) :]
    return [body[place : place + _FULL] for place in range(0, len(body), _FULL)]


@pytest.mark.parametrize("length", LENGTHS)
def test_what_is_kept_is_read_back(storage, length):
    with storage.open(kept(storage, length)) as file:
        assert file.read() == content_of(length)


@pytest.mark.parametrize("length", LENGTHS)
def test_nothing_of_it_can_be_read_on_the_disk(storage, length):
    sealed, content = on_disk(storage, kept(storage, length)), content_of(length)
    assert not any(content[place : place + 32] in sealed for place in range(0, length - 32, 4096))


def test_a_short_file_is_one_token_and_a_long_one_pieces(storage):
    assert [on_disk(storage, kept(storage, length)).startswith(_MARK) for length in (PIECE, PIECE + 1)] == [False, True]


def test_a_long_file_kept_as_one_token_before_is_still_read(storage):
    content = content_of(2 * PIECE + 5)
    name = kept(storage, 1)
    lay(storage, name, bytes_seal(content))
    with storage.open(name) as file:
        assert file.read() == content


def test_any_part_is_read_without_the_rest(storage):
    content = content_of(3 * PIECE + 17)
    with storage.open(kept(storage, len(content))) as file:
        for start, length in ((0, 4), (PIECE - 3, 7), (3 * PIECE, 100), (2 * PIECE + 9, PIECE)):
            file.seek(start)
            assert (file.read(length), file.tell()) == (
                content[start : start + length], min(start + length, len(content))
            )  # fmt: skip
        assert (file.seek(0, 2), file.seek(-17, 2), file.read()) == (len(content), 3 * PIECE, content[-17:])


@pytest.mark.parametrize(
    "tampered",
    [
        lambda pieces, other: pieces[:-1],
        lambda pieces, other: [pieces[0], pieces[0], *pieces[2:]],
        lambda pieces, other: [pieces[1], pieces[0], *pieces[2:]],
        lambda pieces, other: [pieces[0], *pieces[2:]],
        lambda pieces, other: [pieces[0], other[1], *pieces[2:]],
        lambda pieces, other: [*pieces[:-1], other[-1]],
        lambda pieces, other: [pieces[0][:-8] + b"AAAAAA==", *pieces[1:]],
        lambda pieces, other: [*pieces, pieces[-1]],
    ],
)
def test_a_file_whose_pieces_were_changed_is_not_read(storage, tampered):
    name, other = kept(storage, 3 * PIECE + 17), kept(storage, 3 * PIECE + 17)
    pieces, others = pieces_of(on_disk(storage, name)), pieces_of(on_disk(storage, other))
    lay(storage, name, _MARK + b"".join(tampered(pieces, others)))
    with pytest.raises(InvalidToken), storage.open(name) as file:
        file.read()
