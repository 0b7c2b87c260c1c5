"""What a hand-in may do with libraries that are not there: nothing comes of it, or what these libraries compute."""

from __future__ import annotations

import textwrap

import numpy as np
import pytest

from autograder.sandbox.call_failures import LibraryUsed
from autograder.values.describe import described
from autograder.values.kinds import Foreign

OURS = ("autograder", "StandIn", "Inert", "Unavailable", "ProgressBar", "_Items")


@pytest.fixture(scope="module")
def sandbox(best_sandbox):
    """What stand-ins do does not depend on the tier."""
    return best_sandbox


INERT = {
    "pyplot": (
        """
        import matplotlib
        import matplotlib.pyplot as plt
        from matplotlib import cm, gridspec, animation, rcParams
        from matplotlib.colors import ListedColormap
        from mpl_toolkits.mplot3d import Axes3D
        matplotlib.use("Agg")
        plt.rcParams["figure.figsize"] = (10.0, 8.0)
        plt.rcParams.update({"image.cmap": "gray"})
        plt.style.use("ggplot")
        """,
        """
        fig, (a, b, c) = plt.subplots(1, 3)
        fig, ((a, b), (c, d)) = plt.subplots(2, 2)
        fig, axes = plt.subplots(2, 2)
        axes[0, 1].plot(range(3), "r--", label=f"{fig:>10}")
        axes.flatten()[3].set_title("accuracy %d %.2f %s" % (a, b, c))
        for ax in axes.flat:
            ax.axis("off")
        for i, ax in enumerate(axes.ravel()):
            ax.imshow([1][i])
        for colour, label in zip(plt.cm.rainbow(np.linspace(0, 1, 3)), range(3)):
            plt.scatter(0, 0, color=colour, label=label)
        colours = iter(cm.rainbow(np.linspace(0, 1, 10)))
        picked = [next(colours) for _ in range(10)]
        first, *others = plt.plot([1, 2])
        (line,) = plt.plot([1, 2], lw=2)
        low, high = plt.gca().get_ylim()
        plt.ylim(min(low, high) - 0.1, max(plt.ylim()) * 1.1 + high ** 2 // 3 % 2)
        image = plt.imread("cat.png") / 255
        image -= np.ones(3) * image + image @ np.eye(2) - (-image)
        scaled = image.astype(float) / 255 - image.astype(np.float32).mean(axis=0)
        mask = (image > 0.5) & ~(image == 0) | (0.5 >= image)
        flat = np.asarray(image), np.mean(image), image[mask], image[::2, :, 0].astype(np.uint8)
        with plt.style.context("dark_background"), plt.ioff() as context:
            context.x = 3
        if fig or image in [1] or 1 in image or not image:
            plt.tight_layout()
        numbers = int(fig.number), float(low), len(axes), str(fig), repr(axes), round(high), abs(low), bool(fig)
        version = [int(part) for part in matplotlib.__version__.split(".")[:2]]
        assert matplotlib.__version__ >= "3.5" and tuple(version) >= (1, 5)
        class Curve(animation.FuncAnimation):
            def __init__(self, frames):
                super().__init__(fig, None, frames=frames)
                self.frames = frames
        assert Curve(7).frames == 7 and not isinstance(3, plt.Figure)
        def hint(ax: plt.Axes | None = None) -> "plt.Figure":
            return ax
        fig.counter = 4
        del fig.counter
        fig.canvas.mpl_connect("button_press_event", hint)
        import copy, warnings
        warnings.filterwarnings("ignore", category=matplotlib.MatplotlibDeprecationWarning)
        copy.deepcopy(axes), copy.copy(fig), sorted([1]), {fig: 1}[fig], dict(plt.rcParams, a=1)
        try:
            raise ValueError
        except (plt.SomeError, ValueError):
            pass
        [text.set_rotation(30) for text in plt.gca().get_xticklabels()], list(axes), [*axes]
        plt.figure(figsize=(3, 4)).add_subplot(111).set(**plt.rcParams)
        grid = gridspec.GridSpec(2, 2)[0, :]
        while plt.waitforbuttonpress():
            pass
        plt.savefig("x.png"); plt.show(); plt.close("all")
        """,
    ),
    "star import of pyplot": (
        "from matplotlib.pyplot import *",
        """
        figure(figsize=(3, 3))
        plot([1, 2], "o-"); scatter([1], [2]); hist([1]); bar([1], [2]); imshow([[1]]); colorbar()
        title("t"); xlabel("x"); ylabel("y"); legend(); grid(True); axis("off")
        subplot(2, 1, 1); xlim(0, 1); ylim(0, 1); xticks([]); yticks([])
        fig, ax = subplots(); suptitle("a"); savefig("f.png"); gca().plot(); gcf(); clf()
        errorbar([1], [2]); axhline(0); axvline(0); fill_between([1], [2]); contourf([[1]])
        rcParams["a"] = 1; cm.jet(3); style.use("b"); tight_layout(); pause(0.1); show(); close()
        """,
    ),
    "pylab": (
        "from pylab import *\nimport pylab\nimport pylab as pl\nfrom matplotlib import pylab as other",
        """
        figure(); plot([1, 2]); show(); title("a"); xlabel("b"); imshow(zeros((2, 2))); legend(); close()
        pl.plot([1]); pylab.subplot(1, 2, 1); plt.figure(); hist([1]); rcParams["a"] = 1
        assert zeros((2, 3)).shape == (2, 3) and ones(2).sum() == 2 and dot([1, 2], [3, 4]) == 11
        assert arange(3)[-1] == 2 and linspace(0, 1, 3)[1] == 0.5 and array([1.0]).dtype == float64
        assert exp(0) == 1 and log(1) == 0 and sqrt(4) == 2 and mean([1, 3]) == 2 and argmax([1, 3]) == 1
        assert norm([3, 4]) == 5 and randn(2, 2).shape == (2, 2) and rand(3).shape == (3,)
        assert np.pi == pi and max([1, 2]) == 2 and abs(-1) == 1 and inv(eye(2)).shape == (2, 2)
        assert pylab.zeros(3).shape == other.zeros(3).shape == (3,) and pl.dot([1], [2]) == 2
        assert sum([[1, 2]], axis=0).shape == (2,)
        """,
    ),
    "seaborn": (
        "import seaborn as sns\nsns.set()\nsns.set_style('whitegrid')",
        """
        sns.set_theme(style="darkgrid", palette=sns.color_palette("husl", 8))
        ax = sns.heatmap(np.eye(2), annot=True, fmt="d")
        ax.set(xlabel="a", ylabel="b")
        sns.lineplot(x=[1], y=[2], hue=[3], ax=ax); sns.scatterplot(); sns.barplot(); sns.boxplot()
        sns.histplot([1]); sns.kdeplot([1]); sns.distplot([1]); sns.countplot(x=[1]); sns.pairplot({})
        grid = sns.FacetGrid({}, col="a").map(max, "b").add_legend()
        data = sns.load_dataset("iris")
        data["x"] = data["y"] * 2 + 1
        with sns.axes_style("white"):
            g = sns.jointplot(x="x", y="y", data=data)
        a, b, c = sns.color_palette()
        for name, part in data.groupby("x"):
            part.plot()
        g.fig.suptitle("a"); sns.despine(left=True)
        assert sns.__version__.split(".")[0].isdigit()
        str(g), f"{g:.3f}", len(data), data.shape[0] + 1
        """,
    ),
    "IPython": (
        """
        from IPython import get_ipython
        from IPython.display import display, clear_output, HTML, Image
        import IPython
        get_ipython().run_line_magic("matplotlib", "inline")
        get_ipython().magic("load_ext autoreload")
        get_ipython().system("ls")
        """,
        """
        display(1); display(HTML("<b>a</b>"), Image(filename="a.png")); clear_output(wait=True)
        IPython.display.display(2); IPython.embed(); shell = get_ipython()
        shell.run_cell_magic("time", "", "pass"); shell.config["x"] = 1
        assert "google.colab" not in str(shell) and shell is not None
        for out in display(display_id=True):
            out.update(3)
        handle = display("x", display_id=True); handle.update("y")
        a, b = shell.history, shell.user_ns["x"]
        IPython.get_ipython().ast_node_interactivity = "all"
        int(a), float(b), len(shell), repr(a), bool(b), a + 1, 1 / b, a < b
        """,
    ),
    "a converted notebook": (
        "get_ipython().run_line_magic('matplotlib', 'inline')\nget_ipython().system('pip install x')",
        "get_ipython().run_line_magic('timeit', '1')",
    ),
    "Colab": (
        """
        from google.colab import drive, files
        import google.colab
        from google.colab.patches import cv2_imshow
        drive.mount("/content/drive", force_remount=True)
        """,
        """
        uploaded = files.upload()
        for name in uploaded.keys():
            print(name, len(uploaded[name]))
        files.download("a.zip"); drive.flush_and_unmount(); cv2_imshow([1]); google.colab.output.clear()
        first, second = uploaded, drive
        with google.colab.output.redirect_to_element("#a"):
            str(first), int(second), first + 1, first[0], bool(first), list(first)
        """,
    ),
    "widgets and pictures": (
        "import ipywidgets as widgets\nfrom ipywidgets import interact\nfrom PIL import Image\nimport imageio",
        """
        @interact(x=(0, 10))
        def show(x):
            return x
        @interact
        def twice(x):
            return 2 * x
        assert twice(3) == 6
        slider = widgets.IntSlider(min=0, max=3); slider.observe(twice, names="value"); slider.value += 1
        image = np.array(Image.open("a.png").resize((2, 2)).convert("RGB")) / 255.0
        width, height = Image.open("a.png").size
        frames = imageio.imread("b.png"); imageio.mimsave("c.gif", [frames, image])
        Image.fromarray(np.zeros((2, 2), "uint8")).save("d.png")
        """,
    ),
    "tqdm": (
        """
        import tqdm
        import tqdm.auto as automatic
        from tqdm import tqdm as bar, trange, tqdm_notebook
        from tqdm.auto import tqdm as t2
        from tqdm.notebook import tqdm as t3, trange as r3
        from tqdm.contrib import tenumerate, tzip
        """,
        """
        assert list(bar(range(3))) == list(t2([0, 1, 2])) == list(t3((0, 1, 2))) == list(trange(3)) == [0, 1, 2]
        assert [i for i in r3(1, 7, 2)] == [1, 3, 5] and sum(tqdm_notebook(range(4))) == 6
        assert list(tqdm.tqdm("abc", desc="letters", leave=False)) == ["a", "b", "c"]
        assert list(automatic.trange(2)) == list(tqdm.trange(2)) and len(bar(range(5))) == 5
        pbar = bar(range(3), total=3, ncols=80)
        for i in pbar:
            pbar.set_description("epoch %d" % i); pbar.set_description(f"loss {i:.2f}")
            pbar.set_postfix(loss=1, accuracy="a"); pbar.set_postfix({"loss": 2}); pbar.set_postfix_str("b")
            pbar.desc = "c"; pbar.write("d"); pbar.refresh()
        assert i == 2
        assert bar([1, 2]).total == 2 and bar(x for x in "ab").total is None
        with bar(total=10, unit="B") as progress:
            progress.update(4); progress.update(6)
            assert progress.n == progress.total == 10
        for index, (x, y) in bar(enumerate(zip([1, 2], [3, 4])), "pairs"):
            assert y == x + 2
        for i, x in tenumerate([5, 6]):
            assert x == i + 5
        assert list(tzip([1], [2])) == [(1, 2)]
        by_hand = bar(range(2)); by_hand.reset(); by_hand.clear(); by_hand.close(); str(by_hand); repr(by_hand)
        tqdm.tqdm.write("x"); bar.pandas(desc="y"); bar._instances.clear(); by_hand.format_dict["elapsed"] + 1
        assert tqdm.__version__ > "4.0" and 1 in bar([1]) and list(reversed(bar([1, 2]))) == [2, 1]
        if bar([1]):
            progress.anything(3).goes
        """,
    ),
}


def source(head, lines, last):
    body = textwrap.indent(textwrap.dedent(lines), "    ")
    return f"import numpy as np\n{textwrap.dedent(head)}\ndef f():\n{body}\n    {last}\n"


@pytest.mark.parametrize("name", INERT)
def test_a_hand_in_that_draws_runs_to_its_end(code, name):
    assert code(source(*INERT[name], "return 1")).call("hw.f") == 1


COMPATIBLE = {
    "past": (
        """
        from builtins import range, object, str
        from past.builtins import xrange, basestring, unicode, raw_input, long, reduce, cmp, map as old_map
        from past.utils import old_div
        import past.builtins as pb
        """,
        """
        assert list(xrange(3)) == [0, 1, 2] and isinstance("a", basestring) and unicode(3) == "3"
        assert old_div(7, 2) == 3 and old_div(7.0, 2) == 3.5 and old_div(np.int64(7), 2) == 3
        assert np.array_equal(old_div(np.arange(3.0), 2), [0, 0.5, 1]) and long(3) == 3
        assert reduce(lambda a, b: a + b, [1, 2, 3]) == 6 and cmp(1, 2) == -1 and old_map(abs, [-1]) == [1]
        assert pb.range(3) == [0, 1, 2] and pb.zip([1], [2]) == [(1, 2)] and pb.unichr(65) == "A"
        assert not isinstance(3, (basestring, list)) and pb.filter(None, [0, 1]) == [1]
        """,
    ),
    "future": (
        """
        from future import standard_library
        standard_library.install_aliases()
        from future.utils import iteritems, itervalues, iterkeys, lmap, lzip, lrange, with_metaclass
        from future.utils import old_div, raise_from, python_2_unicode_compatible, viewitems, listvalues, PY2
        from future.builtins import *
        from future.moves.urllib.request import urlopen
        import future
        """,
        """
        d = {"a": 1, "b": 2}
        assert dict(iteritems(d)) == d and sum(itervalues(d)) == 3 and list(iterkeys(d)) == ["a", "b"]
        assert lmap(abs, [-1]) == [1] and lzip([1], [2]) == [(1, 2)] and lrange(2) == [0, 1] and not PY2
        assert list(viewitems(d)) == list(d.items()) and listvalues(d) == [1, 2] and old_div(5, 2) == 2
        class Meta(type):
            def __new__(cls, name, bases, body):
                return super().__new__(cls, name, bases, {**body, "made": True})
        @python_2_unicode_compatible
        class Model(with_metaclass(Meta, dict)):
            pass
        assert Model.made and issubclass(Model, dict) and list(range(2)) == [0, 1]
        try:
            raise_from(ValueError("a"), KeyError("b"))
        except ValueError as error:
            assert isinstance(error.__cause__, KeyError)
        """,
    ),
    "six": (
        """
        import six
        import six.moves
        import six.moves.cPickle as pickle
        from six.moves import range, zip, map, xrange, reduce, cPickle, input, urllib, queue
        from six.moves.urllib.request import urlretrieve
        from six.moves import cPickle as pk
        """,
        """
        d = {"a": 1}
        assert list(six.iteritems(d)) == [("a", 1)] and list(six.itervalues(d)) == [1]
        assert list(six.iterkeys(d)) == ["a"]
        assert list(xrange(2)) == list(range(2)) == list(six.moves.range(2)) == [0, 1]
        assert six.PY3 and not six.PY2 and isinstance("a", six.string_types) and isinstance(3, six.integer_types)
        assert six.text_type("a") == "a" and six.b("a") == b"a" and six.u("a") == "a" and six.MAXSIZE > 9
        assert pickle.loads(cPickle.dumps([1])) == pk.loads(pickle.dumps([1])) == [1]
        assert reduce(lambda a, b: a * b, [2, 3]) == 6 and dict(zip([1], [2])) == {1: 2} and list(map(abs, [-1])) == [1]
        assert six.ensure_str(b"a") == "a" and six.int2byte(65) == b"A" and six.next(iter([1])) == 1
        @six.add_metaclass(type)
        class Model(object):
            x = 1
        class Other(six.with_metaclass(type, Model)):
            pass
        assert Model.x == Other.x == 1 and six.callable(len) and urllib.parse.quote("a b") == "a%20b"
        six.print_("a"); six.StringIO("a").read(); six.exec_("x = 1", {}); queue.Queue()
        assert six.moves.cPickle is pickle and six.__version__ > "1.0"
        """,
    ),
    "modules of Python 2": (
        "import cPickle as pickle\nfrom StringIO import StringIO\nimport cStringIO, Queue, ConfigParser\n"
        "from __builtin__ import xrange\nimport __builtin__",
        """
        assert pickle.loads(pickle.dumps(3)) == 3 and StringIO("a").read() == "a" and cStringIO.StringIO("b")
        assert list(xrange(2)) == [0, 1] and __builtin__.unicode("a") == "a" and Queue.Queue()
        """,
    ),
}


@pytest.mark.parametrize("name", COMPATIBLE)
def test_what_compatibility_libraries_compute_is_right(code, name):
    assert code(source(*COMPATIBLE[name], "return 1")).call("hw.f") == 1


def test_colab_and_notebooks_are_not_pretended_where_their_absence_is_caught(code):
    text = """
        try:
            import google.colab
            PLACE = "colab"
        except ImportError:
            PLACE = "elsewhere"
        try:
            get_ipython()
        except NameError:
            PLACE += ", no notebook"
        def f():
            return PLACE
    """
    assert code(text).call("hw.f") == "elsewhere, no notebook"


# --- what students are told -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "expression, library",
    [
        ("plt.gcf()", "matplotlib"),
        ("plt.imread('a') / 255", "matplotlib"),
        ("np.ones(3) * plt.imread('a')", "matplotlib"),
        ("np.mean(plt.imread('a'))", "matplotlib"),
        ("sns.load_dataset('a')['b'] + 1", "seaborn"),
        ("tqdm([1])", "tqdm"),
    ],
)
def test_a_value_of_a_stand_in_that_is_returned_is_named_by_its_library(code, expression, library):
    text = "import numpy as np, matplotlib.pyplot as plt, seaborn as sns\nfrom tqdm import tqdm\n"
    value = code(f"{text}def f():\n    return {expression}").call("hw.f")
    assert isinstance(value, Foreign)
    assert described(value).startswith(f"a value of {library}, which is not there when your work is graded")


USES = [
    "scipy.special.logsumexp([1])", "scipy.pi * 2", "2 / scipy.pi", "-scipy.pi", "scipy.pi < 3", "scipy.pi == 3",
    "int(scipy.pi)", "float(scipy.pi)", "len(scipy.a)", "list(scipy.a)", "'%.2f' % scipy.pi", "bool(scipy.a)",
    "np.ones(3) + scipy.pi", "np.asarray(scipy.a)", "np.sum(scipy.a)", "np.exp(scipy.a)", "3 in scipy.a", "scipy.pi",
    "scipy.a[3]", "[scipy.pi]", "range(scipy.a)", "scipy.special",
]  # fmt: skip


@pytest.mark.parametrize("use", USES)
def test_every_use_of_a_library_that_is_needed_names_it(code, use):
    with pytest.raises(LibraryUsed) as used:
        code(f"import numpy as np\nimport scipy, scipy.special\ndef f():\n    return {use}").call("hw.f")
    assert used.value.library.startswith("scipy")


def test_a_library_may_stand_in_annotations_and_be_asked_for_types_and_its_version(code):
    text = """
        import torch, pandas as pd, numpy.typing as npt
        from jaxtyping import Float
        print(torch.__version__, pd.DataFrame)
        pd.options.display.max_rows = 3
        def f(x: torch.Tensor | None = None, y: "Float[torch.Tensor, 'n d']" = 1) -> Float[torch.Tensor, "n"]:
            try:
                return isinstance(x, (torch.Tensor, pd.DataFrame)) or y
            except torch.cuda.OutOfMemoryError:
                return 2
    """
    assert code(text).call("hw.f") == 1


TELLING = """
import matplotlib, matplotlib.pyplot as plt, scipy, tqdm, six
from tqdm import tqdm as bar
from .absent import thing
from cs231n.absent import other
things = [plt, plt.plot, plt.plot(), iter(plt.a), scipy, scipy.special, bar, bar([1]), six, six.moves, plt.AnError]
things += [thing, other]
def f():
    told = []
    for it in things:
        told += [repr(it), repr(type(it)), type(it).__module__, type(it).__qualname__]
        for ask in (lambda: it.__absent__, lambda: it(1, 2, 3), lambda: it + "a", lambda: it.__init__(1, 2, 3, 4),
                    lambda: it < 3, lambda: hash(it), lambda: next(it), lambda: it[5], lambda: len(it),
                    lambda: f"{it}"):
            try:
                told.append(repr(ask()))
            except Exception as error:
                told.append(f"{type(error).__name__}: {error}")
    return told
"""


def test_students_meet_no_name_of_ours(code):
    told = code(TELLING).call("hw.f")
    assert len(told) > 100
    assert [text for text in told if any(name in text for name in (*OURS, "__handed_in__"))] == []


def test_what_draws_and_computes_gives_what_it_computes(code):
    text = """
        import numpy as np
        import matplotlib.pyplot as plt
        from tqdm import tqdm
        def f(X):
            losses = []
            for row in tqdm(X, desc="rows"):
                losses.append(row.sum())
                plt.plot(losses)
            return np.array(losses)
    """
    assert np.array_equal(code(text).call("hw.f", np.ones((3, 2))), [2.0, 2.0, 2.0])


def test_a_value_that_pretends_to_be_of_a_library_repeats_nothing_made_up(code):
    text = """
        class Pretending:
            needs_library = True
            def __init__(self, secret):
                self.dotted = f"lib{secret}.f"
        def f(secret):
            return Pretending(secret)
        def g(secret):
            return type(f"c{secret}", (), {"__module__": f"matplotlib.m{secret}"})()
    """
    pretending = code(text)
    with pytest.raises(LibraryUsed) as used:
        pretending.call("hw.f", 314)
    assert used.value.library == "another library"
    assert "314" not in described(pretending.call("hw.g", 314))
