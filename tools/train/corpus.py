"""The corpus: folders of labelled messages in this repository."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from domain.understanding.labelled import LabelledMessage, labelled_messages

CORPUS = Path(__file__).parents[2] / "corpus"


def read(folder: str, root: Path = CORPUS) -> dict[str, list[LabelledMessage]]:
    """The messages of each file of a folder, in the order of the files' names without `.jsonl`."""
    return {path.stem: labelled_messages(path) for path in _files(folder, root)}


def digest(folder: str, root: Path = CORPUS) -> str:
    """SHA-256 of a folder's files, in the order of their names."""
    whole = hashlib.sha256()
    for path in _files(folder, root):
        whole.update(path.read_bytes())
    return whole.hexdigest()


def _files(folder: str, root: Path) -> Sequence[Path]:
    return sorted((root / folder).glob("*.jsonl"))
