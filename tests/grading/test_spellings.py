# ruff: noqa: E501 - each program stands on a line of its own
"""What is not allowed is found by what a name is, however it is spelled; honest code is accused of nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

from autograder.grading.names.not_allowed import Reading, read_for

NORM = "numpy.linalg.norm"
RULES = [NORM, "numpy.vectorize", "numpy.apply_along_axis", "itertools", "map", "functools.reduce", "scipy"]

SPELLINGS = {
    # plain, and other names of the same
    "vector_norm": "def f(X): return np.linalg.vector_norm(X)",
    "matrix_norm": "def f(X): return np.linalg.matrix_norm(X)",
    "a family imported": "from numpy.linalg import vector_norm as v\ndef f(X): return v(X)",
    "the private module": "def f(X): return np.linalg._linalg.norm(X)",
    "the private module imported": "from numpy.linalg._linalg import norm as n\ndef f(X): return n(X)",
    "_functools": "import _functools\ndef f(X): return _functools.reduce(max, X)",
    "collections._starmap": "import collections\ndef f(X): return list(collections._starmap(max, X))",
    "collections._chain": "from collections import _chain as c\ndef f(X): return list(c(X))",
    "vectorize in its private module": "def f(X): return np.lib._function_base_impl.vectorize(max)(X)",
    "the dispatcher's own": "def f(X): return np.linalg.norm._implementation(X)",
    "__call__": "def f(X): return np.linalg.norm.__call__(X)",
    "masked apply_along_axis": "def f(X): return np.ma.apply_along_axis(max, 0, X)",
    "__builtins__": "def f(X): return list(__builtins__.map(max, X))",
    "__builtins__ at a key": "def f(X): return list(__builtins__['map'](max, X))",
    # aliases
    "a tuple": "la, z = np.linalg, 0\ndef f(X): return la.norm(X)",
    "a nested tuple": "(la, (z, y)) = (np.linalg, (1, 2))\ndef f(X): return la.norm(X)",
    "a chain": "a = b = c = np.linalg\ndef f(X): return c.norm(X)",
    "a chain of names": "a = np\nb = a\nc = b.linalg\nd = c\ndef f(X): return d.norm(X)",
    "names in the wrong order": "def f(X): return d.norm(X)\nd = c\nc = np.linalg",
    "a local tuple": "def f(X):\n    n, m = np.linalg.norm, 1\n    return n(X)",
    "a starred target": "def f(X):\n    n, *m = np.linalg, 1, 2\n    return n.norm(X)",
    "a list": "def f(X): return [np.linalg][0].norm(X)",
    "a dictionary": "T = {'la': np.linalg}\ndef f(X): return T['la'].norm(X)",
    "a dictionary's get": "T = {'la': np.linalg}\ndef f(X): return T.get('la').norm(X)",
    "put into a dictionary": "T = {}\nT['la'] = np.linalg\ndef f(X): return T['la'].norm(X)",
    "a branch": "def f(X):\n    if len(X): la = np.linalg\n    else: la = np\n    return la.norm(X)",
    "a conditional expression": "def f(X): return (np.linalg if len(X) else np).norm(X)",
    "or": "def f(X): return (None or np.linalg).norm(X)",
    "rebound in try": "try:\n    import numpy.linalg as la\nexcept ImportError:\n    la = None\ndef f(X): return la.norm(X)",
    "rebound in a branch": "import math as la\nif True:\n    la = np.linalg\ndef f(X): return la.norm(X)",
    "an assignment expression": "def f(X): return (la := np.linalg) and la.norm(X)",
    "a loop": "def f(X):\n    for la in (np.linalg,): return la.norm(X)",
    "a loop at the top": "for la in [np.linalg]: pass\ndef f(X): return la.norm(X)",
    "a comprehension": "def f(X): return [la.norm(X) for la in (np.linalg,)][0]",
    "a comprehension variable of the same name": "def f(X): return [np.linalg.norm(X) for z in X] + [np for np in X]",
    "with": "import contextlib\ndef f(X):\n    with contextlib.nullcontext(np.linalg) as la: return la.norm(X)",
    "match": "def f(X):\n    match np.linalg:\n        case la: return la.norm(X)",
    "a default": "def f(X, la=np.linalg): return la.norm(X)",
    "a keyword default": "def f(X, *, n=np.linalg.norm): return n(X)",
    "the function itself, imported": "from numpy.linalg import norm as f",
    "the function itself, caught by a pattern": "def f(X): return X\nmatch np.linalg.norm:\n    case f: pass",
    "the function itself, bound from inside another": "def f(X): return X\ndef g():\n    global f\n    f = np.linalg.norm\ng()",
    "the function itself, found by its module": "def __getattr__(name): return np.linalg.norm",
    "a parameter": "def g(la, X): return la.norm(X)\ndef f(X): return g(np.linalg, X)",
    "a named parameter": "def g(X, la=None): return la.norm(X)\ndef f(X): return g(X, la=np.linalg)",
    "a lambda's parameter": "def f(X): return (lambda la: la.norm(X))(np.linalg)",
    "a result": "def g(): return np.linalg\ndef f(X): return g().norm(X)",
    "a generator's result": "def g():\n    yield np.linalg\ndef f(X): return next(g()).norm(X)",
    "an attribute": "class A: pass\na = A()\na.la = np.linalg\ndef f(X): return a.la.norm(X)",
    "a class attribute": "class A:\n    la = np.linalg\ndef f(X): return A.la.norm(X)",
    "self": "class A:\n    def __init__(self, la): self.la = la\n    def go(self, X): return self.la.norm(X)\n"
    "def f(X): return A(np.linalg).go(X)",
    "setattr": "class A: pass\nsetattr(A, 'la', np.linalg)\ndef f(X): return A.la.norm(X)",
    "global": "la = None\ndef g():\n    global la\n    la = np.linalg\ndef f(X):\n    g()\n    return la.norm(X)",
    "nonlocal": "def f(X):\n    la = None\n    def g():\n        nonlocal la\n        la = np.linalg\n    g()\n    return la.norm(X)",
    "partial": "import functools\ndef f(X): return functools.partial(np.linalg.norm, X)()",
    "a decorator": "@np.vectorize\ndef g(x): return x\ndef f(X): return g(X)",
    # by text
    "getattr": "def f(X): return getattr(np.linalg, 'norm')(X)",
    "getattr twice": "def f(X): return getattr(getattr(np, 'linalg'), 'norm')(X)",
    "getattr under another name": "g = getattr\ndef f(X): return g(np.linalg, 'norm')(X)",
    "getattr of builtins": "import builtins\ndef f(X): return builtins.getattr(np.linalg, 'norm')(X)",
    "a text in a name": "N = 'norm'\ndef f(X): return getattr(np.linalg, N)(X)",
    "a text in parts": "def f(X): return getattr(np.linalg, 'no' + 'rm')(X)",
    "a text in an f-string": "n = 'rm'\ndef f(X): return getattr(np.linalg, f'no{n}')(X)",
    "a text as a parameter": "def g(n): return getattr(np.linalg, n)\ndef f(X): return g('norm')(X)",
    "texts in a loop": "def f(X):\n    for n in ('inv', 'norm'): r = getattr(np.linalg, n)(X)\n    return r",
    "__getattribute__": "def f(X): return np.linalg.__getattribute__('norm')(X)",
    "object.__getattribute__": "def f(X): return object.__getattribute__(np.linalg, 'norm')(X)",
    "getattr_static": "import inspect\ndef f(X): return inspect.getattr_static(np.linalg, 'norm')(X)",
    "attrgetter": "import operator\ndef f(X): return operator.attrgetter('linalg.norm')(np)(X)",
    "methodcaller": "from operator import methodcaller\ndef f(X): return methodcaller('norm', X)(np.linalg)",
    "vars": "def f(X): return vars(np.linalg)['norm'](X)",
    "vars' get": "def f(X): return vars(np.linalg).get('norm')(X)",
    "__dict__": "def f(X): return np.linalg.__dict__['norm'](X)",
    "itemgetter": "import operator\ndef f(X): return operator.getitem(vars(np.linalg), 'norm')(X)",
    "globals": "def f(X): return globals()['np'].linalg.norm(X)",
    "put into globals": "globals()['la'] = np.linalg\ndef f(X): return la.norm(X)",
    "__import__": "def f(X): return __import__('numpy').linalg.norm(X)",
    "__import__ with fromlist": "def f(X): return __import__('numpy.linalg', fromlist=['norm']).norm(X)",
    "__import__ of itertools": "def f(X): return list(__import__('itertools').chain(X))",
    "importlib": "import importlib\ndef f(X): return importlib.import_module('numpy.linalg').norm(X)",
    "import_module by itself": "from importlib import import_module as i\ndef f(X): return i('numpy' + '.linalg').norm(X)",
    "sys.modules": "import sys\ndef f(X): return sys.modules['numpy'].linalg.norm(X)",
    "sys.modules' get": "import sys\ndef f(X): return sys.modules.get('numpy.linalg').norm(X)",
    "sys.modules of builtins": "from sys import modules\ndef f(X): return list(modules['builtins'].map(max, X))",
    "resolve_name": "import pkgutil\ndef f(X): return pkgutil.resolve_name('numpy.linalg:norm')(X)",
    "exec": "def f(X):\n    d = {'X': X}\n    exec('import numpy\\nr = numpy.linalg.norm(X)', d)\n    return d['r']",
    "eval": "def f(X): return eval('np.linalg.norm')(X)",
    "exec at the top": "exec('from numpy.linalg import norm')\ndef f(X): return norm(X)",
    "compile": "def f(X): return eval(compile('np.linalg.norm(X)', '', 'eval'))",
    "exec of a text in a name": "T = 'np.linalg.norm(X)'\ndef f(X): return eval(T)",
    'locals': "def f(x):\n    la = np.linalg\n    return locals()['la'].norm(x)",
    'vars()': "def f(x):\n    la = np.linalg\n    return vars()['la'].norm(x)",
    'set pop': 'def f(x):\n    return {np.linalg}.pop().norm(x)',
    'methodcaller of a module': "import operator\ndef f(x):\n    return operator.methodcaller('norm', x)(np.linalg)",
    'matlib': 'import numpy.matlib as m\ndef f(x):\n    return m.linalg.norm(x)',
    'NumPy of numpy.testing': 'import numpy.testing as t\ndef f(x):\n    return t._private.utils.np.linalg.norm(x)',
    'repeat of statistics': 'import statistics\ndef f(x):\n    return list(statistics.repeat(x))',
    '_accumulate of random': 'import random\ndef f(x):\n    return list(random._accumulate(x))',
    'chain of collections': 'import collections\ndef f(x):\n    return list(collections._chain(x))',
    'tempfile': 'import tempfile\ndef f(x):\n    return tempfile._functools.reduce(max, x)',
    'annotation of helper': "def h(x: np.linalg.norm): pass\ndef f(x):\n    return h.__annotations__['x'](x)",
    'an attribute in __slots__': "class A:\n    __slots__ = ('m',)\ndef f(x):\n    a = A(); a.m = np\n    return a.m.linalg.norm(x)",
    'np.__getattr__': "def f(x):\n    return np.__getattr__('linalg').norm(x)",
    'method chain self': 'class A:\n    def go(self, m): self.m = m; return self\ndef f(x):\n    return A().go(np).m.linalg.norm(x)',
    'chainmap': "import collections\ndef f(x):\n    return collections.ChainMap({'a': np.linalg})['a'].norm(x)",
    'warnings sys': "import warnings\ndef f(x):\n    return warnings.sys.modules['itertools'].chain(x)",
    '__getitem__': 'class A:\n    def __getitem__(s, k): return np.linalg\ndef f(x): return A()[0].norm(x)',
    '__class_getitem__': 'class A:\n    def __class_getitem__(c, k): return np.linalg\ndef f(x): return A[0].norm(x)',
    '__enter__': 'class A:\n    def __enter__(s): return np.linalg\n    def __exit__(s, *a): pass\ndef f(x):\n    with A() as m: return m.norm(x)',
    '__iter__': 'class A:\n    def __iter__(s): yield np.linalg\ndef f(x):\n    for m in A(): return m.norm(x)',
    '__next__': 'class A:\n    def __next__(s): return np.linalg\ndef f(x): return next(A()).norm(x)',
    '__get__': 'class D:\n    def __get__(s, o, t): return np.linalg\nclass A:\n    m = D()\ndef f(x): return A().m.norm(x)',
    '__getattr__ of a class': 'class A:\n    def __getattr__(s, n): return np.linalg\ndef f(x): return A().m.norm(x)',
    '__matmul__': 'class A:\n    def __matmul__(s, o): return np.linalg\ndef f(x): return (A() @ 1).norm(x)',
    '__iadd__': 'class A:\n    def __iadd__(s, o): return np.linalg\ndef f(x):\n    a = A()\n    a += 1\n    return a.norm(x)',
    '__neg__': 'class A:\n    def __neg__(s): return np.linalg\ndef f(x): return (-A()).norm(x)',
    '__lt__': 'class A:\n    def __lt__(s, o): return np.linalg\ndef f(x): return (A() < 1).norm(x)',
    'an enumeration': 'import enum\nclass E(enum.Enum):\n    m = np.linalg\ndef f(x): return E.m.value.norm(x)',
    'what a generator returns at its end': 'def g():\n    return np.linalg\n    yield\ndef f(x):\n    try: next(g())\n    except StopIteration as e: return e.value.norm(x)',
    'a function of a dispatcher': 'import functools\n@functools.singledispatch\ndef h(x): pass\nh.register(np.ndarray, np.linalg.norm)\ndef f(x): return h(x)',
    'a function put into a list': 'steps = []\nsteps.append(lambda x: np.linalg.norm(x))\ndef f(x): return steps[0](x)',
}  # fmt: skip

UNDECIDED = {
    "getattr": "def f(X, n): return getattr(np.linalg, n)(X)",
    "getattr of NumPy": "def f(X): return getattr(np, X.name)(X)",
    "a text backwards": "def f(X): return getattr(np.linalg, 'mron'[::-1])(X)",
    "chr": "def f(X): return getattr(np.linalg, chr(110) + 'orm')(X)",
    "join": "def f(X): return getattr(np.linalg, ''.join(['no', 'rm']))(X)",
    "dir": "def f(X): return [getattr(np.linalg, n) for n in dir(np.linalg)][40](X)",
    "vars": "def f(X, n): return vars(np.linalg)[n](X)",
    "all of vars": "def f(X): return list(vars(np.linalg).values())[40](X)",
    "items": "def f(X): return [v for k, v in np.linalg.__dict__.items() if k[:2] == 'no'][0](X)",
    "getmembers": "import inspect\ndef f(X, n): return dict(inspect.getmembers(np.linalg))[n](X)",
    "__import__": "def f(X, n): return __import__(n).linalg.norm(X)",
    "import_module": "import importlib\ndef f(X, n): return importlib.import_module(n).norm(X)",
    "sys.modules": "import sys\ndef f(X, n): return sys.modules[n].norm(X)",
    "globals": "def f(X, n): return globals()[n].linalg.norm(X)",
    "exec": "def f(X, n):\n    exec(n)",
    "eval": "def f(X): return eval(X.text)",
    "a partial getattr": "import functools\ndef f(X): return functools.partial(getattr, np.linalg)('norm')(X)",
    "a mapped getattr": "def f(X): return [*__builtins__.zip(X)] + list(filter(getattr, [np.linalg]))",
    "too many to be followed": "def f(X):\n" + "".join(f"    a = np.f{it}\n" for it in range(30)) + "    a = np.linalg\n"
    "    return a.norm(X)",
    # passed on to where it is not followed
    'match class': 'def f(x):\n    match np.linalg:\n        case object(norm=g):\n            return g(x)',
    'match mapping': "def f(x):\n    match vars(np.linalg):\n        case {'norm': g}:\n            return g(x)",
    'match nested': 'def f(x):\n    match np:\n        case object(linalg=object(norm=g)):\n            return g(x)',
    '__globals__': "def h(): pass\ndef f(x):\n    return h.__globals__['np'].linalg.norm(x)",
    'own __globals__': "def f(x):\n    return f.__globals__['np'].linalg.norm(x)",
    '__builtins__ dict': "def f(x):\n    return list(f.__globals__['__builtins__']['map'](abs, x))",
    '__builtins__ attr': "def f(x):\n    return list(f.__builtins__['map'](abs, x))",
    'type(np).__getattribute__': "def f(x):\n    return type(np).__getattribute__(np.linalg, 'norm')(x)",
    'starred getattr': "def f(x):\n    return getattr(*(np.linalg, 'norm'))(x)",
    'starred args list': "def f(x):\n    a = [np.linalg, 'norm']\n    return getattr(*a)(x)",
    'loader': "import importlib.util\ndef f(x):\n    return importlib.util.find_spec('numpy.linalg').loader.load_module().norm(x)",
    'runpy': "import runpy\ndef f(x):\n    return runpy.run_module('numpy.linalg')['norm'](x)",
    'pickle': "import pickle\ndef f(x):\n    return pickle.loads(b'cnumpy.linalg\\nnorm\\n.')(x)",
    'type hints': "import typing\nclass A:\n    x: 'np.linalg.norm'\ndef f(x):\n    return typing.get_type_hints(A)['x'](x)",
    'formatter': "import string\ndef f(x):\n    return string.Formatter().get_field('0.linalg.norm', (np,), {})[0](x)",
    'weakref proxy': 'import weakref\ndef f(x):\n    return weakref.proxy(np).linalg.norm(x)',
    'weakref ref': 'import weakref\ndef f(x):\n    return weakref.ref(np)().linalg.norm(x)',
    'contextvar': "import contextvars\nv = contextvars.ContextVar('v', default=np)\ndef f(x):\n    return v.get().linalg.norm(x)",
    'namespace **vars': 'import types\ndef f(x):\n    return types.SimpleNamespace(**vars(np.linalg)).norm(x)',
    'argparse ns': 'import argparse\ndef f(x):\n    return argparse.Namespace(m=np).m.linalg.norm(x)',
    'queue': 'import queue\ndef f(x):\n    q = queue.Queue()\n    q.put(np.linalg)\n    return q.get().norm(x)',
    'logging resolve': "import logging.config\ndef f(x):\n    return logging.config.BaseConfigurator({}).resolve('numpy.linalg.norm')(x)",
    'mock importer': "import unittest.mock\ndef f(x):\n    return unittest.mock._importer('numpy.linalg.norm')(x)",
    'timeit': "import timeit\ndef f(x):\n    d = {'np': np, 'x': x, 'r': []}\n    timeit.timeit('r.append(np.linalg.norm(x))', number=1, globals=d)\n    return d['r'][0]",
    'class getattr dunder': 'class A:\n    def __getattr__(self, name):\n        return getattr(np.linalg, name)\ndef f(x):\n    return A().norm(x)',
    'subclass module': "import types\nclass M(types.ModuleType): pass\ndef f(x):\n    m = M('m')\n    m.__dict__.update(vars(np.linalg))\n    return m.norm(x)",
    'metaclass': 'class M(type):\n    def __getattr__(c, n): return getattr(np.linalg, n)\nclass A(metaclass=M): pass\ndef f(x):\n    return A.norm(x)',
    'the arguments of an exception': 'def f(x):\n    try:\n        raise ValueError(np.linalg)\n    except ValueError as e:\n        return e.args[0].norm(x)',
    'closure cell': 'def o():\n    la = np.linalg\n    return lambda: la\ndef f(x):\n    return o().__closure__[0].cell_contents.norm(x)',
    '__defaults__': 'def h(x, g=np): pass\ndef f(x):\n    return h.__defaults__[0].linalg.norm(x)',
    'exec bytes': "def f(x):\n    return eval(b'np.linalg.norm(x)')",
    'eval concat bytes': 'def f(x):\n    return eval(bytes([110,112,46,108,105,110,97,108,103,46,110,111,114,109,40,120,41]))',
    'format spec': "def f(x):\n    return eval('np.{}.{}(x)'.format('linalg','norm'))",
    'percent': "def f(x):\n    return eval('np.%s.norm(x)' % 'linalg')",
    'reversed': "def f(x):\n    return getattr(np.linalg, 'mron'[::-1])(x)",
    'property': 'class A:\n    @property\n    def m(self): return np.linalg\ndef f(x):\n    return A().m.norm(x)',
    'init_subclass kw': 'class A:\n    def __init_subclass__(cls, m): cls.m = m\nclass B(A, m=np): pass\ndef f(x):\n    return B.m.linalg.norm(x)',
    'append': 'def f(x):\n    a = []\n    a.append(np.linalg)\n    return a[0].norm(x)',
    'dict setdefault': "def f(x):\n    d = {}\n    return d.setdefault('a', np.linalg).norm(x)",
    'dict update': "def f(x):\n    d = {}\n    d.update(a=np.linalg)\n    return d['a'].norm(x)",
    'insert': 'def f(x):\n    a = []\n    a.insert(0, np.linalg)\n    return a[0].norm(x)',
    'generator send': 'def g():\n    la = yield\n    yield la.norm\ndef f(x):\n    i = g(); next(i)\n    return i.send(np.linalg)(x)',
    'cached_property': 'import functools\nclass A:\n    @functools.cached_property\n    def m(self): return np\ndef f(x):\n    return A().m.linalg.norm(x)',
    'deque': 'import collections\ndef f(x):\n    d = collections.deque(); d.appendleft(np); return d.pop().linalg.norm(x)',
    'the result of a coroutine': 'async def g(): return np.linalg\ndef f(x):\n    try: g().send(None)\n    except StopIteration as e: return e.value.norm(x)',
    'np.frompyfunc': 'def f(x):\n    return np.frompyfunc(lambda: np.linalg, 0, 1)().norm(x)',
    'object array': 'def f(x):\n    return np.array([np.linalg], dtype=object)[0].norm(x)',
    'np.array item': 'def f(x):\n    return np.array(np.linalg).item().norm(x)',
    'operator.concat': 'import operator\ndef f(x):\n    return operator.concat([np.linalg], [])[0].norm(x)',
    'list mult': 'def f(x):\n    return ([np.linalg] * 2)[0].norm(x)',
    'print.__self__': 'def f(x):\n    return list(print.__self__.map(abs, x))',
    'len.__self__': "def f(x):\n    return list(len.__self__.__dict__['map'](abs, x))",
    'subclasses': "def f(x):\n    return [c for c in object.__subclasses__() if c.__name__ == 'm'+'ap'][0](abs, x)",
    'annotations of a signature': "import inspect\ndef h(x: 'np.linalg.norm'): pass\ndef f(x):\n    return inspect.signature(h, eval_str=True).parameters['x'].annotation(x)",
    'annotations': "import inspect\ndef h(x: 'np.linalg.norm'): pass\ndef f(x):\n    return inspect.get_annotations(h, **{'eval_str': True})['x'](x)",
    'what NumPy hands to an override': "class A(np.ndarray):\n    def __array_function__(self, function, *rest):\n        A.it = function\nnp.linalg.norm(np.zeros(2).view(A))\ndef f(x): return A.it(x)",
    'a class made of a dictionary': "K = type('K', (), {'m': np.linalg})\ndef f(x): return K.m.norm(x)",
    # found on what a function is
    "f_globals": "import sys\ndef f(X): return sys._getframe(1).f_globals['x'](X)",
}  # fmt: skip

UNSAID = {
    "a text that is run": "exec('def f(X): return np.linalg.norm(X)')",
    "a text that nobody can read": "import zlib\nexec(zlib.decompress(b'...'))",
    "globals": "globals()['f'] = np.linalg.norm",
    "globals, all at once": "globals().update(f=np.linalg.norm)",
    "setattr of its module": "import sys\nsetattr(sys.modules[__name__], 'f', np.linalg.norm)",
    "its module's dictionary": "import sys\nsys.modules[__name__].__dict__['f'] = np.linalg.norm",
}

ROUND_NAMES = {
    "other code": "def f(X): return X\ndef g(X): return np.linalg.norm(X)\nf.__code__ = g.__code__",
    "globals of a function": "def f(X): return X\nf.__globals__['f'] = np.linalg.norm",
    "NumPy's dictionary": "np.__dict__['exp'] = np.linalg.norm\ndef f(X): return np.exp(X)",
    "vars": "vars(np).update(exp=np.linalg.norm)\ndef f(X): return np.exp(X)",
    "builtins": "import builtins\nbuiltins.abs = np.linalg.norm\ndef f(X): return abs(X)",
    "__builtins__": "__builtins__['abs'] = np.linalg.norm\ndef f(X): return abs(X)",
    "sys.modules": "import sys\nsys.modules['numpy.fft'] = np.linalg\ndef f(X): return np.fft.norm(X)",
    "an attribute in sys.modules": "import sys\nsys.modules[__name__].f = np.linalg.norm\ndef f(X): return X",
    "a text that is run": "def f(X): return X\nif True: exec(bytes(9))",
    "a text that is run in a class": "class A:\n    exec(bytes(9))\ndef f(X): return A().g(X)",
}

HONEST = {
    "what only a command runs": "def f(X): return X\nif __name__ == '__main__':\n    exec('f(1)')\n    globals()['g'] = vars(np)",
    "vars beside it": "def f(X): return X\ndef show(): return vars(np), globals(), eval('1')",
    "a signature": "import inspect\ndef f(X): return X * len(inspect.signature(f).parameters)",
    "settings of libraries": "import sys\nnp.seterr(all='raise')\nsys.path.append('.')\nnp.random.seed(0)\ndef f(X): return X",
    "the old generator as a default": "def f(X, rng=np.random):\n    rng = np.random.RandomState(rng) if isinstance(rng, int) else rng\n    return rng.permutation(X)",
    "the old generator as a choice": "def g(X, r): return r.permutation(X)\ndef f(X, rng=None):\n    rng = rng or np.random\n    return g(X, rng)",
    "a module of a static method": "class A:\n    @staticmethod\n    def xp(): return np\n    def go(self, X): return self.xp().exp(X)\ndef f(X): return A().go(X)",
    "how an object is printed": "class A:\n    def __init__(self): self.sizes = [1, 2]\n    def __repr__(self): return ', '.join(map(str, self.sizes))\ndef f(X): return X * A().sizes[0]",
    "getattr of self": "class A:\n    def f(self, name): return getattr(self, name)(1)\ndef f(X): return A().f('g')",
    "getattr of self by an f-string": "class A:\n    def f(self, k): return getattr(self, f'distances_{k}')(1)\n"
    "    def distances_no(self, X): return X\ndef f(X): return A().f('no')",
    "setattr of self": "class A:\n    def __init__(self, **k):\n        for n, v in k.items(): setattr(self, n, v)\n"
    "def f(X): return A(a=1).a",
    "getattr with a default": "def f(X): return getattr(X, 'shape', None)",
    "getattr of NumPy by a known text": "def f(X, s='mean'): return getattr(np, 'sum')(X) + getattr(np, s)(X)",
    "texts in a loop": "def f(X): return [getattr(np, n)(X) for n in ('mean', 'std', 'var')]",
    "a table of functions": "OPS = {'sum': np.sum, 'max': np.max}\ndef f(X, op): return OPS[op](X)",
    "a table of methods": "class A:\n    def go(self, w): return {0: self.a, 1: self.b}[w]()\n    def a(self): return 0\n"
    "    def b(self): return 1\ndef f(X): return A().go(X)",
    "another name of NumPy": "xp = np\ndef f(X): return xp.sqrt(xp.sum(X * X))",
    "linalg for something else": "from numpy.linalg import inv, solve\ndef f(X): return solve(X, inv(X))",
    "a method called map": "def f(X): return X.map(abs) + X.reduce(max) + X.norm()",
    "a variable called map": "def f(X):\n    map = {}\n    map['a'] = X\n    return map['a']",
    "a variable called norm": "def f(X):\n    norm = np.sqrt((X ** 2).sum())\n    return X / norm",
    "a function called norm": "def norm(X): return np.sqrt(np.sum(X * X))\ndef f(X): return norm(X)",
    "a parameter called reduce": "def f(X, reduce=True): return X.sum() if reduce else X",
    "np.maximum.reduce": "def f(X): return np.maximum.reduce(X) + np.add.accumulate(X).sum() + np.add.reduceat(X, [0])[0]",
    "a comprehension called map": "def f(X): return [map for map in X]",
    "vars of an object": "class A: pass\ndef f(X):\n    a = A()\n    vars(a).update(x=1)\n    return vars(a)['x']",
    "self.__dict__": "class A:\n    def f(self, n): return self.__dict__[n]\ndef f(X): return A().f('x')",
    "isinstance and type": "def f(X): return X if isinstance(X, np.ndarray) else type(X)(X)",
    "random numbers": "def f(X, rng=None):\n    rng = np.random.default_rng() if rng is None else rng\n    return rng.normal(size=X.shape)",
    "a callback": "def g(h, X): return h(X)\ndef f(X): return g(np.exp, X) + g(lambda x: x ** 2, X)",
    "a callback that others pass": "def g(h, X): return h(X)\ndef f(X): return g(np.exp, X)\ndef plot(X): return g(np.linalg.norm, X)",
    "a text that names it": "def f(X):\n    '''Without np.linalg.norm and map.'''\n    raise ValueError('norm: map')",
    "copies": "import copy\ndef f(X): return copy.deepcopy(X) + np.copy(X)",
    "a plot beside it": "def f(X): return X\ndef plot(X, kind): return getattr(np.linalg, kind)(list(map(abs, X)))",
    "the math module": "import math\ndef f(X): return math.sqrt(math.fsum(X)) + math.prod(X)",
    "warnings and timing": "import time, warnings\ndef f(X):\n    t = time.time()\n    warnings.warn(f'{t}')\n    return X",
    "re.compile and str.format": "import re\ndef f(X): return re.compile('a').sub('b', '{}'.format(X))",
    "what an older NumPy lacks": "def f(X): return np.trapezoid(X) if hasattr(np, 'trapezoid') else np.trapz(X)",
    "the old generator passed on": "def g(r, X): return r.normal(size=X.shape)\ndef f(X): return list(filter(None, [g(np.random, X)]))",
    "NumPy as a parameter": "def f(X, xp=np): return xp.sqrt(xp.sum(X * X))",
    "print and format of NumPy": "def f(X):\n    print(np, np.__version__)\n    return X",
    "an attribute computed": "class A:\n    @property\n    def n(self): return np.sqrt(2)\ndef f(X): return A().n * X",
    "a class with __call__": "class A:\n    def __call__(self, X): return X\n    def __len__(self): return 1\ndef f(X): return A()(X)",
    "a base class": "class A:\n    def g(self, X): return X\nclass B(A): pass\ndef f(X): return B().g(X)",
    "a list of functions applied": "def f(X):\n    for h in [np.exp, np.log]: X = np.where(X > 0, h(X), X)\n    return X",
    "types": "def f(X): return np.zeros(3, dtype=np.float64).astype(np.int64) + np.array([1], int)",
    "partial": "import functools\nh = functools.partial(np.sum, axis=0)\ndef f(X): return h(X)",
    "a timer": "import timeit\ndef f(X):\n    t = timeit.default_timer()\n    return X * t",
    "a match": "def f(X):\n    match X.shape:\n        case (n, d): return n\n        case [n]: return n",
    "a dictionary of arrays": "def f(X):\n    cache = {'X': X, 'np': np.zeros(3)}\n    return cache.get('X') + cache['np']",
    'an enumeration': 'import enum\nclass E(enum.Enum):\n    l1 = 1\n    l2 = 2\ndef f(X, kind=E.l1): return X if kind.value == 1 else np.abs(X) ** E.l2.value',
    'an object with an attribute value': 'class A:\n    def __init__(self, v): self.value = v\ndef f(X): return A(X).value + X.value',
    "a container of one's own": 'class A:\n    def __init__(self): self.rows = []\n    def __getitem__(self, k): return self.rows[k]\n    def __iter__(self): return iter(self.rows)\n    def __len__(self): return 2\ndef f(X):\n    for row in A(): X = X + row\n    return X + A()[0]',
    "a vector of one's own": 'class V:\n    def __init__(self, x): self.x = x\n    def __add__(self, o): return V(self.x + o.x)\n    def __neg__(self): return V(-self.x)\n    def __lt__(self, o): return self.x < o.x\ndef f(X): return (V(X) + -V(X)).x',
    'a timer of one\'s own': 'import time\nclass T:\n    def __enter__(self):\n        self.t = time.time()\n        return self\n    def __exit__(self, *a): pass\ndef f(X):\n    with T() as t: return X + t.t',
    'a generator that ends': 'def g(X):\n    yield X\n    return np.sum(X)\ndef f(X): return next(g(X))',
    'a class made by type': "K = type('K', (), {'scale': 2.0, 'go': lambda self, X: X * self.scale})\ndef f(X): return K().go(X)",
    'a dispatcher': 'import functools\n@functools.singledispatch\ndef h(x): return x\n@h.register\ndef _(x: int): return x + 1\nh.register(float, abs)\ndef f(X): return h(X)',
    'a trial at the top': 'def f(X): return X\nf(np.linalg.norm(np.ones(3)))\nprint(np.linalg.norm(f(np.ones(3))))\nf(np.ones(3)).sum().item()',
    'a plot at the top': 'sizes = []\ndef f(X): return X\nsizes.append(np.linalg.norm(f(np.ones(3))))\nprint(sizes)',
}  # fmt: skip


def reading(text: str, rules: list[str] = RULES) -> Reading:
    source = ("import numpy as np\n" + textwrap.dedent(text)).encode()
    return read_for({"hw.py": source}, ["hw.f"], rules)


def test_there_are_as_many_as_promised() -> None:
    assert len(SPELLINGS) + len(UNDECIDED) >= 60
    assert len(HONEST) >= 20


@pytest.mark.parametrize("name", SPELLINGS)
def test_every_spelling_is_found(name: str) -> None:
    found = reading(SPELLINGS[name]).uses
    assert found
    assert not found[0].unchecked
    assert not found[0].is_lookup
    assert found[0].sentence.startswith("hw.py, line ")


@pytest.mark.parametrize("name", UNDECIDED)
def test_what_cannot_be_decided_and_reaches_numpy_or_python_is_a_use(name: str) -> None:
    found = reading(UNDECIDED[name]).uses
    assert found
    assert "write its name" in found[0].sentence


@pytest.mark.parametrize("name", UNSAID)
def test_a_function_that_nothing_in_its_file_defines_may_be_anything(name: str) -> None:
    found = reading(UNSAID[name]).uses
    assert {it.rule for it in found} == set(RULES)
    assert "nothing in it says what f is" in found[0].sentence


@pytest.mark.parametrize("name", ROUND_NAMES)
def test_what_changes_the_meaning_of_names_behind_their_back_is_flagged(name: str) -> None:
    found = reading(ROUND_NAMES[name])
    assert found.flags
    assert found.flags[0].startswith("hw.py, line ")
    assert found.flags[0].endswith("changes cannot be told from the source")


@pytest.mark.parametrize(
    "text",
    [
        "class B:\n    def go(self, X): return np.linalg.norm(X)\nclass A(B): pass",
        "class B:\n    def go(self, X): return np.linalg.norm(X)\nA = type('A', (B,), {})",
    ],
)
def test_a_method_of_a_base_class_is_the_method(text: str) -> None:
    source = f"import numpy as np\n{text}".encode()
    assert [it.rule for it in read_for({"hw.py": source}, ["hw.A.go"], RULES).uses] == [NORM]


def test_a_function_is_followed_into_the_file_that_it_comes_from() -> None:
    files = {"hw.py": b"from rest import *", "rest.py": b"import numpy as np\nf = np.linalg.norm"}
    assert [it.rule for it in read_for(files, ["hw.f"], RULES).uses] == [NORM]


@pytest.mark.parametrize("name", HONEST)
def test_honest_code_is_accused_of_nothing(name: str) -> None:
    found = reading(HONEST[name])
    assert not found.uses, found.uses[0].sentence
    assert not found.flags


@pytest.mark.parametrize(
    "text",
    [
        "import gc\ndef f(X): return gc.get_objects()[7](X)",
        "import sys\ndef f(X): return sys._getframe(1)",
        "import ctypes\ndef f(X): return ctypes.CDLL(None).sqrt(X)",
    ],
)
def test_what_goes_round_names_is_flagged_and_costs_nothing(text: str) -> None:
    found = reading(text)
    assert not found.uses
    assert len(found.flags) == 1


def test_what_reaches_nobody_knows_what_is_flagged_and_costs_nothing() -> None:
    found = reading("def f(X, other, name): return getattr(other, name)(X)")
    assert not found.uses
    assert found.flags == ("hw.py, line 2: what getattr(other, name) finds cannot be told from the source",)


def test_a_lookup_counts_only_where_it_may_find_what_is_not_allowed() -> None:
    by_name = "import math\ndef f(X, n): return getattr(math, n)(X)"
    assert not reading(by_name, [NORM, "scipy"]).uses
    of_numpy = "def f(X, n): return getattr(np, n)(X)"
    assert {use.rule for use in reading(of_numpy).uses} == {it for it in RULES if it.startswith("numpy")}
    assert not reading(of_numpy, ["scipy", "map"]).uses


@pytest.mark.parametrize(
    "rule, text", [("random", "np.random.rand(3)"), ("copy", "np.copy(X)"), ("array", "np.array(X)")]
)
def test_what_numpy_calls_as_python_does_a_module_is_not_that_module(rule: str, text: str) -> None:
    assert not reading(f"def f(X): return {text}", [rule]).uses


def test_a_module_that_would_run_as_a_command_is_not_imported(capsys: pytest.CaptureFixture[str]) -> None:
    text = "import unittest\ndef f(X):\n    unittest.__main__.main()\n    return sum(map(float, X))"
    assert [it.rule for it in reading(text).uses] == ["map"]
    assert capsys.readouterr().out == ""
    assert "unittest.__main__" not in sys.modules


def test_a_rule_may_name_a_family() -> None:
    assert [
        use.rule for use in reading("def f(X): return np.linalg.eigh(X)", ["numpy.linalg.eig*"]).uses
    ] == ["numpy.linalg.eig*"]
    assert not reading("def f(X): return np.linalg.inv(X)", ["numpy.linalg.eig*"]).uses


def test_a_file_that_is_imported_by_its_text_is_read() -> None:
    helper = b"import numpy as np\ndef g(X): return np.linalg.norm(X)\n"
    for text in ("__import__('helper').g(X)", "getattr(__import__('helper'), 'g')(X)"):
        files = {"hw.py": f"def f(X): return {text}\n".encode(), "helper.py": helper}
        assert {use.file for use in read_for(files, ["hw.f"], RULES).uses} == {"helper.py"}


def test_a_file_longer_than_any_homework_may_use_anything() -> None:
    found = reading("def f(X): return X\n" + "#" * (1 << 18)).uses
    assert {use.rule for use in found} == set(RULES)
    assert all("far longer than any homework" in use.sentence for use in found)


SEVERAL = """
import numpy as np

def f(X, k):
    name = "norm" if k else "vectorize"
    return getattr(np.linalg if k else np, name)(X)
"""
SAID = """
import sys
from autograder.grading.names.not_allowed import read_for
source = sys.stdin.buffer.read()
rules = ("numpy.linalg.norm", "numpy.vectorize")
print(read_for({"hw.py": source}, ("hw.f",), rules))
"""


def test_every_rule_that_a_name_may_break_is_found_whatever_the_hashes_of_texts() -> None:
    said = {
        subprocess.run(
            [sys.executable, "-c", SAID],
            input=SEVERAL.encode(),
            env={**os.environ, "PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
            check=True,
        ).stdout
        for seed in "0123"
    }
    (only,) = said
    assert b"numpy.linalg.norm" in only and b"numpy.vectorize" in only
