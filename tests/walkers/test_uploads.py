from __future__ import annotations

from typing import Any, Optional

import pytest

from jacnb import UploadFile
from jacnb.walkers.uploads import is_file_list, is_file_type


@pytest.mark.parametrize(
    ("hint", "is_file", "is_list"),
    [
        (UploadFile, True, False),
        (UploadFile | None, True, False),
        (Optional[UploadFile], True, False),  # noqa: UP045
        (list[UploadFile], True, True),
        (list[UploadFile] | None, True, True),
        (list[int], False, False),
        (dict[str, UploadFile], False, False),
        (str | None, False, False),
        (Any, False, False),
    ],
)
def test_types_of_files_are_known(hint: Any, is_file: bool, is_list: bool) -> None:
    assert (is_file_type(hint), is_file_list(hint)) == (is_file, is_list)


def test_a_file_does_not_show_its_content() -> None:
    file = UploadFile("a.txt", "text/plain", b"secret")

    assert repr(file) == "UploadFile(filename='a.txt', content_type='text/plain')"
    assert file.body == b"secret"
