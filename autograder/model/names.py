"""What names and texts of a course's files look like, each with what to do about one that does not."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

_FILE = r"[A-Za-z0-9_][A-Za-z0-9_.-]*"
_NAME = r"[^\W\d]\w*"
Text = Annotated[str, Meta(pattern=r"\S", description="it must not be empty")]
Version = Annotated[
    str,
    Meta(
        pattern=r"^\s*[A-Za-z0-9][A-Za-z0-9._+-]*\s*\Z",
        description="names of files are made of it: use letters, digits, dots and hyphens, such as '1.0'",
    ),
]
FileName = Annotated[
    str, Meta(pattern=rf"^{_FILE}\Z", description="give a bare file name such as 'linear_svm.py'")
]
FilePath = Annotated[
    str,
    Meta(
        pattern=rf"^{_FILE}(/{_FILE}){{0,4}}\Z",
        description="give a file of this folder such as 'linear_svm.py', or of one in it, 'cs231n/layers.py'",
    ),
]
Origin = Annotated[
    str,
    Meta(pattern=rf"^{_FILE}/{_FILE}\Z", description="give ASSIGNMENT/FILE, such as 'softmax/softmax.py'"),
]
QuestionId = Annotated[
    str, Meta(pattern=r"^[A-Za-z0-9_-]+\Z", description="use letters, digits, underscores and hyphens")
]
FunctionName = Annotated[
    str,
    Meta(
        pattern=rf"^{_NAME}(\.{_NAME}){{1,2}}\Z",
        description="write 'module.function' or 'module.Class.method'",
    ),
]
DottedName = Annotated[
    str,
    Meta(
        pattern=rf"^(?!np(\.|\Z)){_NAME}(\.{_NAME})*\Z",
        description="write a dotted name with the module's full name, such as 'numpy.linalg.norm'",
    ),
]
ModuleName = Annotated[
    str, Meta(pattern=rf"^{_NAME}\Z", description="write the name of a file without '.py', such as 'layers'")
]
LibraryName = Annotated[
    str,
    Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]*\Z", description="write it as it is imported, such as 'sklearn'"),
]
