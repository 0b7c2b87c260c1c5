"""What functions of Python and its library do with what they are given: for following values without running code."""

from __future__ import annotations

PASSING_ON = frozenset(
    {
        "iter", "next", "list", "tuple", "set", "frozenset", "dict", "reversed", "sorted", "enumerate", "zip", "min",
        "max", "filter", "staticmethod", "classmethod", "property", "functools.partial", "functools.wraps",
        "functools.cache", "functools.lru_cache", "copy.copy", "copy.deepcopy", "types.SimpleNamespace",
        "collections.deque", "collections.OrderedDict", "collections.ChainMap", "collections.namedtuple",
        "itertools.chain", "itertools.cycle", "itertools.repeat", "inspect.unwrap", "operator.itemgetter",
        "typing.cast", "contextlib.nullcontext",
    }
)  # fmt: skip
"""What returns, in some form, what it is given."""
OF_CONTAINERS = frozenset(
    {"get", "pop", "popleft", "copy", "setdefault", "values", "items", "__getitem__", "__iter__"}
)
"""Methods of containers that return what is in them."""
LOOKS_UP = frozenset(
    {"getattr", "inspect.getattr_static", "object.__getattribute__", "types.ModuleType.__getattribute__"}
)
"""What returns the attribute of its first argument that its second names."""
IMPORTS = frozenset({"__import__", "importlib.import_module", "importlib.__import__", "importlib.reload"})
"""What returns the module that its first argument names, or is."""
RESOLVES = frozenset({"pkgutil.resolve_name", "pydoc.locate"})
"""What returns whatever a path of names leads to."""
EXECUTES = frozenset({"exec", "eval", "compile"})
"""What runs a text, or makes something of it that is run."""
CALLED_WITH_THE_CLASS = frozenset({"__init__", "__new__", "__call__"})
"""Methods that run where a class or one of its objects is called."""
ALL_MEMBERS = frozenset({"vars", "inspect.getmembers"})
"""What returns all attributes of its argument."""
READS_ANNOTATIONS = frozenset(
    {"inspect.signature", "inspect.Signature.from_callable", "inspect.get_annotations"}
)
"""What evaluates the texts of annotations where it is told to."""
REACHES_ANYTHING = frozenset(
    {
        "gc.get_objects", "gc.get_referrers", "gc.get_referents", "sys._getframe", "sys._current_frames",
        "inspect.currentframe", "inspect.stack", "ctypes.pythonapi", "ctypes.cast", "ctypes.CDLL", "ctypes.PyDLL",
    }
)  # fmt: skip
"""What leads to objects that nobody handed over."""
EXECUTES_OR_LOADS = (
    "runpy.", "code.", "codeop.", "pickle.load", "pickle.Unpickler", "_pickle.", "marshal.load", "shelve.", "pdb.",
    "timeit.timeit", "timeit.repeat", "timeit.Timer", "typing.get_type_hints", "typing.ForwardRef", "logging.config.",
    "unittest.mock.", "doctest.", "importlib.util.", "importlib.machinery.", "importlib.abc.", "zipimport.", "pkgutil.",
    "pydoc.", "bdb.", "trace.", "cProfile.", "profile.", "concurrent.interpreters.",
)  # fmt: skip
"""How the names of what finds something by a text, or runs it, in ways that are not followed begin."""
RUNS_A_TEXT_OR_A_FUNCTION = frozenset({"timeit.timeit", "timeit.repeat", "timeit.Timer"})
"""Those of them that are told nothing by a text where each of their first two arguments is a function."""
REACHES_BEYOND = frozenset(
    {
        "__globals__", "__builtins__", "__closure__", "cell_contents", "__defaults__", "__kwdefaults__", "__code__",
        "__subclasses__", "__self__", "__loader__", "__spec__", "f_globals", "f_locals", "f_builtins", "f_back",
        "gi_frame", "cr_frame", "ag_frame", "tb_frame",
    }
)  # fmt: skip
"""Attributes by which a function or a frame gives away what its file or Python itself holds."""
ARITHMETIC = (
    "add", "sub", "mul", "matmul", "truediv", "floordiv", "mod", "divmod", "pow", "lshift", "rshift", "and", "or",
    "xor",
)  # fmt: skip
"""What methods for operators of two sides are called, between the underscores."""
KEEPS_NOTHING = frozenset(
    {
        "hasattr", "isinstance", "type", "id", "dir", "print", "help", "callable", "repr", "str", "bool", "hash",
        "setattr", "globals", "locals", "operator.attrgetter", "operator.methodcaller", "operator.getitem",
    }
)  # fmt: skip
"""What does not return what it is given, or is followed where it does."""
FOLLOWED = LOOKS_UP | IMPORTS | RESOLVES | EXECUTES | ALL_MEMBERS | PASSING_ON | KEEPS_NOTHING
"""Functions whose calls are followed."""

# Methods that are called by no name: by what is written in their place.
OF_ATTRIBUTES = ("__get__", "__getattr__", "__getattribute__")
OF_KEYS = ("__getitem__", "__class_getitem__", "__missing__")
OF_ITERATION = ("__iter__", "__next__", "__aiter__", "__anext__", "__getitem__")
OF_WITH = ("__enter__", "__aenter__")
OF_OPERATIONS = (
    *(f"__{before}{name}__" for before in ("", "r", "i") for name in ARITHMETIC),
    *(f"__{name}__" for name in ("neg", "pos", "invert", "lt", "le", "eq", "ne", "gt", "ge")),
)
