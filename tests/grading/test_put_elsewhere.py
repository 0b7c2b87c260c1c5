"""What a function that runs at the top level keeps for later is part of what holds it."""

from __future__ import annotations

import textwrap

import pytest

from autograder.grading.names.not_allowed import read_for

KEPT = {
    "a class patched by a function": """
        class A:
            def go(self, X): return X
        def patch(cls):
            cls.go = lambda self, X: list(map(abs, X))
        patch(A)
        def f(X): return A().go(X)
    """,
    "setattr in a function": """
        class A:
            def go(self, X): return X
        def patch(cls):
            setattr(cls, "go", lambda self, X: list(map(abs, X)))
        patch(A)
        def f(X): return A().go(X)
    """,
    "a class patched by name": """
        class A:
            def go(self, X): return X
        def patch():
            A.go = lambda self, X: list(map(abs, X))
        patch()
        def f(X): return A().go(X)
    """,
    "a class patched with a function": """
        def slow(self, X): return list(map(abs, X))
        class A:
            def go(self, X): return X
        def patch(cls, how):
            cls.go = how
        patch(A, slow)
        def f(X): return A().go(X)
    """,
    "a registering decorator": """
        TABLE = {}
        def register(function):
            TABLE[function.__name__] = function
            return function
        @register
        def g(X): return list(map(abs, X))
        def f(X): return TABLE["g"](X)
    """,
    "a registering decorator that keeps a list": """
        TABLE = []
        def register(function):
            TABLE.append(function)
            return function
        @register
        def helper(X): return list(map(abs, X))
        def f(X): return TABLE[0](X)
    """,
    "a registering decorator with an argument": """
        TABLE = {}
        def register(name):
            def keep(function):
                TABLE[name] = function
                return function
            return keep
        @register("fast")
        def helper(X): return list(map(abs, X))
        def f(X): return TABLE["fast"](X)
    """,
    "a decorator of a class": """
        def quicker(cls):
            cls.go = lambda self, X: list(map(abs, X))
            return cls
        @quicker
        class A:
            def go(self, X): return X
        def f(X): return A().go(X)
    """,
    "a registered class": """
        KINDS = []
        def register(cls):
            KINDS.append(cls)
            return cls
        @register
        class A:
            def go(self, X): return list(map(abs, X))
        def f(X): return KINDS[0]().go(X)
    """,
    "a base class that keeps those derived from it": """
        class Base:
            kinds = []
            def __init_subclass__(cls): Base.kinds.append(cls)
        class A(Base):
            def __call__(self, X): return list(map(abs, X))
        def f(X): return Base.kinds[0]()(X)
    """,
    "a table that a loop fills": """
        TABLE = {}
        def helper(X): return list(map(abs, X))
        for it in [helper]: TABLE[it.__name__] = it
        def f(X): return list(TABLE.values())[0](X)
    """,
    "an attribute of the function itself": """
        def f(X): return f.how(X)
        def attach(function):
            function.how = lambda X: list(map(abs, X))
        attach(f)
    """,
    "an attribute of an object": """
        class Box: pass
        box = Box()
        def fill(it):
            it.how = lambda X: list(map(abs, X))
        fill(box)
        def f(X): return box.how(X)
    """,
    "a name of the file's": """
        how = None
        def fill():
            global how
            how = lambda X: list(map(abs, X))
        fill()
        def f(X): return how(X)
    """,
    "a list that a function fills": """
        HOW = []
        def fill():
            HOW.append(lambda X: list(map(abs, X)))
        fill()
        def f(X): return HOW[0](X)
    """,
    "a table that a function is given": """
        HOW = {}
        def fill(table):
            table["x"] = lambda X: list(map(abs, X))
        fill(HOW)
        def f(X): return HOW["x"](X)
    """,
    "update of a table that a function is given": """
        HOW = {}
        def fill(table):
            table.update(x=lambda X: list(map(abs, X)))
        fill(HOW)
        def f(X): return HOW["x"](X)
    """,
    "a class patched by a method": """
        class Fill:
            def run(self, cls): cls.go = lambda self, X: list(map(abs, X))
        class A:
            def go(self, X): return X
        Fill().run(A)
        def f(X): return A().go(X)
    """,
    "a function of a dispatcher": """
        import functools
        @functools.singledispatch
        def f(X): return X
        @f.register(list)
        def other(X): return list(map(abs, X))
    """,
    "a property put in by a function": """
        class A: pass
        def patch(cls):
            cls.go = property(lambda self: list(map(abs, self.X)))
        patch(A)
        def f(X):
            a = A(); a.X = X
            return a.go
    """,
    "classes patched in a loop": """
        class A:
            def go(self, X): return X
        def patch(classes):
            for it in classes:
                it.go = lambda self, X: list(map(abs, X))
        patch([A])
        def f(X): return A().go(X)
    """,
    "a class as the decorator": """
        class Register:
            def __init__(self, function): Register.held = function
        @Register
        def helper(X): return list(map(abs, X))
        def f(X): return Register.held(X)
    """,
    "a class patched in a with statement": """
        class A:
            def go(self, X): return X
        class Patch:
            def __enter__(self): A.go = lambda self, X: list(map(abs, X))
            def __exit__(self, *e): pass
        with Patch(): pass
        def f(X): return A().go(X)
    """,
    "a class patched in two steps": """
        class A:
            def go(self, X): return X
        def inner(cls): cls.go = lambda self, X: list(map(abs, X))
        def outer(cls): inner(cls)
        outer(A)
        def f(X): return A().go(X)
    """,
    "what two inner functions share": """
        def make():
            held = []
            def register(function): held.append(function); return function
            def call(X): return held[0](X)
            return register, call
        register, call = make()
        @register
        def helper(X): return list(map(abs, X))
        def f(X): return call(X)
    """,
    "a patched class under another name": """
        class A:
            def go(self, X): return X
        def patch(cls):
            cls.go = lambda self, X: list(map(abs, X))
            return cls
        B = patch(A)
        def f(X): return A().go(X)
    """,
    "a result that is thrown away": """
        class A:
            def go(self, X): return X
        def patch(cls):
            cls.go = lambda self, X: list(map(abs, X))
        _ = patch(A)
        def f(X): return A().go(X)
    """,
    "in a condition": """
        class A:
            def go(self, X): return X
        def patch(cls):
            cls.go = lambda self, X: list(map(abs, X))
            return True
        if patch(A): pass
        def f(X): return A().go(X)
    """,
    "in the default of an argument": """
        class A:
            def go(self, X): return X
        def patch(cls):
            cls.go = lambda self, X: list(map(abs, X))
        def other(x=patch(A)): pass
        def f(X): return A().go(X)
    """,
    "in the body of a class": """
        HOW = []
        class B:
            HOW.append(lambda X: list(map(abs, X)))
        def f(X): return HOW[0](X)
    """,
    "a call in the body of a class": """
        HOW = []
        def fill(): HOW.append(lambda X: list(map(abs, X)))
        class B:
            fill()
        def f(X): return HOW[0](X)
    """,
    "in a comprehension": """
        HOW = []
        def fill(function): HOW.append(function)
        [fill(it) for it in (lambda X: list(map(abs, X)),)]
        def f(X): return HOW[0](X)
    """,
}
"""Ways in which `f` comes to use `map`, though no name in it leads there."""

HONEST = {
    "plots at top level": """
        import itertools
        def f(X): return X
        def plot(X): return list(map(abs, X))
        plot([1])
    """,
    "registered but not reached": """
        CHECKS = []
        def check(function):
            CHECKS.append(function)
            return function
        @check
        def try_it(): return list(map(abs, f([1])))
        def f(X): return X
        for it in CHECKS: it()
    """,
    "timed": """
        import functools
        def timed(function):
            @functools.wraps(function)
            def inner(*args): return function(*args)
            return inner
        @timed
        def other(X): return list(map(abs, X))
        @timed
        def f(X): return X
    """,
    "class with unrelated helper": """
        class A:
            def go(self, X): return X
        def show(a): return list(map(str, a.go([1])))
        print(show(A()))
        def f(X): return A().go(X)
    """,
    "fill a table of data": """
        TABLE = {}
        def fill():
            for k in map(abs, [1, 2]): TABLE[k] = k
        fill()
        def f(X): return X
    """,
    "patched class not used": """
        class A: pass
        def patch(cls): cls.go = lambda self, X: list(map(abs, X))
        patch(A)
        def f(X): return X
    """,
    "remembered numbers": """
        losses = []
        def remember(history, value): history.append(value)
        def helper(X): return list(map(abs, X))
        def f(X): return X
        X = [1]
        remember(losses, list(map(f, X)))
        remember(losses, helper(X))
        losses.append(helper(X))
    """,
    "experiment on an object": """
        class A:
            def go(self, X): return X
        def experiment(model, X):
            results = {}
            results["x"] = list(map(abs, X))
            model.k = max(map(abs, X))
            model.history = [abs(x) for x in map(abs, X)]
            return results
        model, X = A(), [1]
        experiment(model, X)
        def f(X): return A().go(X)
    """,
    "plots": """
        import matplotlib.pyplot as plt
        def plot(ax, X):
            ax.plot(list(map(abs, X)))
            ax.set_title("x", key=lambda t: list(map(abs, t)))
        fig, ax = plt.subplots()
        X = [1]
        plot(ax, X)
        def f(X): return X
    """,
    "test registry": """
        TESTS = []
        def test(function): TESTS.append(function); return function
        @test
        def small():
            X = [1]
            assert list(map(abs, f(X)))
        def f(X): return X
        def main():
            for it in TESTS: it()
        main()
    """,
    "dataclass": """
        import dataclasses, functools
        @dataclasses.dataclass
        class A:
            x: int = 0
            def show(self): return list(map(str, [self.x]))
        @functools.lru_cache(maxsize=None)
        def helper(n): return list(map(abs, range(n)))
        def f(X): return X
        helper(3)
    """,
    "callbacks given to a trainer": """
        class Trainer:
            def __init__(self, callback): self.callback = callback
            def run(self): self.callback([1])
        def log(X): print(list(map(str, X)))
        trainer = Trainer(log)
        trainer.run()
        def f(X): return X
    """,
    "numeric check": """
        def check(function, grad, X):
            for x in map(float, X): function(x)
        def f(X): return X
        check(f, lambda X: list(map(abs, X)), [1])
    """,
}
"""Code at the top level that uses `map`, and that `f` never reaches."""


def lines_of_uses(text: str) -> list[int]:
    source = textwrap.dedent(text).strip().encode()
    return [use.line for use in read_for({"hw.py": source}, ["hw.f"], ["map"]).uses]


@pytest.mark.parametrize("name", KEPT)
def test_a_function_that_is_kept_for_later_is_part_of_what_holds_it(name: str) -> None:
    assert lines_of_uses(KEPT[name])


@pytest.mark.parametrize("name", HONEST)
def test_what_only_runs_at_the_top_level_costs_nothing(name: str) -> None:
    assert not lines_of_uses(HONEST[name])
