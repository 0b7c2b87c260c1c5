"""Graded tests of the linear classifiers: each function by itself, with stand-ins for what it relies on.

Batches and starting weights are random, so the tests look at what they have in common, never at the numbers drawn.
"""

import functools
import itertools

import numpy as np
import pytest

from autograder.grading.ladder import Case, Size, Switch, ladder

RANDOM_SEARCH = "linear_classifier.random_search"
GRID_SEARCH = "linear_classifier.grid_search"
NAMES = ("loss", "dW")

training = pytest.mark.question("train")
predicting = pytest.mark.question("predict")
svm = pytest.mark.question("linear_svm")
softmax = pytest.mark.question("softmax_classifier")
random_search = pytest.mark.question("random_search")
grid_search = pytest.mark.question("grid_search")


def new(code, classifier="LinearClassifier", **attributes):
    """Return a new classifier with these attributes set."""
    model = code.new(f"linear_classifier.{classifier}")
    for name, value in attributes.items():
        model.set(name, value)
    return model


# --- train ------------------------------------------------------------------------------------------------

# Classifiers whose loss does not depend on the batch, and one that learns: added to the end of linear_classifier.py.
CLASSIFIERS = """
import numpy


class Bowl(LinearClassifier):
    def loss(self, X_batch, y_batch, reg):
        away = self.W - 1e6
        return float((away * away).sum()) + reg, away


class Flat(LinearClassifier):
    def loss(self, X_batch, y_batch, reg):
        return 1.0, numpy.zeros_like(self.W)


class LeastSquares(LinearClassifier):
    def loss(self, X_batch, y_batch, reg):
        residuals = X_batch @ self.W - numpy.eye(self.W.shape[1])[y_batch]
        return float((residuals * residuals).sum()) / len(y_batch), 2 * X_batch.T @ residuals / len(y_batch)


def lay_out_weights():
    global weights
    weights = 1e6 * (numpy.arange(15.0).reshape(5, 3) - 7.0)
"""


def one_of_ours(code, classifier, **attributes):
    """Return a new one of these classifiers with these attributes set."""
    return new(code.extended(linear_classifier=CLASSIFIERS), classifier, **attributes)


def examples(rng, number, features=5, classes=3):
    """Draw X and y; the first feature is the example's number, and the label follows from it."""
    X = rng.normal(size=(number, features))
    X[:, 0] = np.arange(number)
    return X, 7 * np.arange(number) % classes


class Batches:
    """A loss that keeps the batches it is given; its losses are 1, 2, 3 ... and its gradient is 0."""

    def __init__(self, X, y):
        self.X, self.y = X, y
        self.shapes = []
        self.numbers = []
        self.paired = True

    def __call__(self, X_batch, y_batch, reg):
        X_batch, y_batch = np.asarray(X_batch), np.asarray(y_batch)
        self.shapes.append((X_batch.shape, y_batch.shape))
        whole = X_batch.ndim == 2 and X_batch.shape[1] == self.X.shape[1]
        numbers = X_batch[:, 0].astype(int) % len(self.X) if whole else np.array([], dtype=int)
        self.paired &= (
            whole and np.array_equal(X_batch, self.X[numbers]) and np.array_equal(y_batch, self.y[numbers])
        )
        self.numbers.append(numbers)
        return float(len(self.shapes)), np.zeros((self.X.shape[1], self.y.max() + 1))

    @property
    def seen(self):
        """The numbers of all examples seen, each once."""
        return np.unique(np.concatenate([np.array([], dtype=int), *self.numbers]))

    def losses(self):
        return [float(number) for number in range(1, len(self.shapes) + 1)]


def train_on(code, loss, X, y, **settings):
    """Train a new classifier on a loss of the test's own; return its history."""
    return new(code, loss=loss).call("train", X, y, **settings)


def follow(code, X, y, W, losses, gradients, learning_rate, reg, batch_size):
    """Train on losses and gradients that are fixed beforehand."""
    steps = itertools.cycle(zip(losses, gradients, strict=True))

    def loss(X_batch, y_batch, reg):
        value, gradient = next(steps)
        return value + 100 * reg, gradient

    model = new(code, W=W, loss=loss)
    history = model.call("train", X, y, learning_rate, reg, len(losses), batch_size)
    return history, model.get("W")


@training
@pytest.mark.weight(3)
@pytest.mark.parametrize(
    "learning_rate, reg", [(0.1, 0.5), (2.0, 0.0), (0.03, 3.0)], ids=["0.1", "2", "0.03"]
)
def test_steps_against_the_gradients(compare, rng, learning_rate, reg):
    """The numbers are large, so that weights which do not start where they should cannot pass for rounding."""
    X, y = examples(rng, 20)
    W, gradients = 1e6 * rng.normal(size=(5, 3)), 1e6 * rng.normal(size=(6, 5, 3))
    losses = rng.uniform(1.0, 9.0, size=6)
    names = ("loss_history", "W")
    compare(follow, X, y, W, losses.tolist(), list(gradients), learning_rate, reg, 4, names=names)


def roll_into_the_bowl(code, X, y, W, *settings):
    model = one_of_ours(code, "Bowl", W=W)
    history = model.call("train", X, y, *settings)
    return history, model.get("W")


@training
@pytest.mark.weight(1)
def test_loss_sees_the_weights_of_every_step(compare, rng):
    X, y = examples(rng, 12)
    names = ("loss_history", "W")
    compare(roll_into_the_bowl, X, y, 1e6 * rng.normal(size=(5, 3)), 0.3, 0.2, 8, 5, names=names)


def train_twice(code, X, y, W):
    model = one_of_ours(code, "Bowl", W=W)
    first = model.call("train", X, y, learning_rate=0.2, num_iters=3, batch_size=4)
    second = model.call("train", X, y, learning_rate=0.2, num_iters=2, batch_size=4)
    return first, second, model.get("W")


@training
@pytest.mark.weight(1.5)
def test_training_goes_on_from_the_weights_that_are_there(compare, rng):
    names = ("first loss_history", "second loss_history", "W")
    compare(train_twice, *examples(rng, 12), 1e6 * rng.normal(size=(5, 3)), names=names)


def judge(check, loss, history, size=None, **observed):
    """Require the losses as history and, where a size is given, batches of that many examples with their labels."""
    shapes = sorted(set(loss.shapes))
    if size is not None:
        number, features = loss.X.shape
        wrong = f"a batch of {size} from {number} examples with {features} features has the wrong shape"
        shapes = (shapes, [((size, features), (size,))], wrong)
        strange = "a batch holds rows that are not examples, or examples with the labels of others"
        observed = {"paired": (bool(loss.paired), True, strange), **observed}
    check(shapes=shapes, **observed)
    judge_history(check, loss, history)


def judge_history(check, loss, history):
    """Require one number for each evaluation of the loss, and that these are the losses in their order."""
    history, losses = check.numbers(history, "loss_history", (None,)), loss.losses()
    entries = f"loss_history holds {len(history)} numbers; the loss was evaluated {len(losses)} times"
    order = "loss_history does not hold the losses in their order"
    check(entries=(len(history), len(losses), entries))
    check(history=(bool(np.allclose(history, losses)), True, order))


@training
@pytest.mark.weight(3)
def test_every_iteration_draws_another_batch(student, check, rng):
    X, y = examples(rng, 50)
    first, second = Batches(X, y), Batches(X, y)
    histories = [train_on(student, loss, X, y, num_iters=20, batch_size=6) for loss in (first, second)]
    different = len({tuple(batch) for batch in first.numbers})
    same_again = all(map(np.array_equal, first.numbers, second.numbers))
    judge(check, first, histories[0], different=min(different, 2), same_again=same_again)
    check(different > 10, f"20 iterations should see more than {different} different batches")
    mixed = any(len(np.unique(batch)) > 1 for batch in first.numbers)
    check(mixed, "every batch of 6 held a single example, 6 times")


@training
@pytest.mark.weight(3)
def test_batches_come_from_all_examples(student, check, rng):
    X, y = examples(rng, 40, features=6)
    loss = Batches(X, y)
    history = train_on(student, loss, X, y, num_iters=250, batch_size=4)
    seen = "one batch" if len(loss.seen) <= 4 else loss.seen.tolist()
    few = f"250 batches of 4 examples held only {len(loss.seen)} of the 40 examples"
    judge(check, loss, history, size=4, seen=(seen, list(range(40)), few))


@training
@pytest.mark.weight(0.5)
def test_batch_larger_than_the_training_set(student, check, rng):
    X, y = examples(rng, 6)
    loss = Batches(X, y)
    check(batch=15, examples=6)
    history = train_on(student, loss, X, y, num_iters=5, batch_size=15)
    judge(check, loss, history, size=15)


@training
@pytest.mark.weight(0.5)
def test_examples_are_drawn_with_replacement(student, check, rng):
    X, y = examples(rng, 16)
    loss = Batches(X, y)
    history = train_on(student, loss, X, y, num_iters=10, batch_size=16)
    repeats = any(len(np.unique(batch)) < len(batch) for batch in loss.numbers)
    never = "in 10 batches of 16 out of 16 examples, no example was ever drawn twice"
    judge(check, loss, history, repeats=(repeats, True, never))


@training
@pytest.mark.weight(1)
def test_one_evaluation_and_one_loss_for_each_iteration(student, check, rng):
    X, y = examples(rng, 10)
    loss = Batches(X, y)
    history = train_on(student, loss, X, y, num_iters=7, batch_size=3, verbose=True)
    number = len(loss.shapes)
    check(
        evaluations=(number, 7, f"7 iterations evaluate the loss {number} times"),
        length=len(history) if isinstance(history, (list, tuple)) else -1,
    )
    judge_history(check, loss, history)


def train_with_the_defaults(code, X, y, W):
    seen = []

    def loss(X_batch, y_batch, reg):
        seen.append((len(X_batch), len(y_batch), float(reg)))
        return float(len(seen)), np.full((5, 3), 1e6)

    model = new(code, W=W, loss=loss)
    return model.call("train", X, y), model.get("W"), seen


@training
@pytest.mark.weight(1)
@pytest.mark.parts()
def test_settings_that_are_not_given(compare, rng):
    names = ("loss_history", "W", "sizes of X_batch and y_batch and reg")
    compare(train_with_the_defaults, *examples(rng, 30), 1e6 * rng.normal(size=(5, 3)), names=names)


def spread_of(numbers):
    """Return the standard deviation, 0 of nothing and infinity where it is too large for a float."""
    with np.errstate(over="ignore", invalid="ignore"):
        spread = float(np.std(numbers)) if np.size(numbers) else 0.0
    return spread if np.isfinite(spread) else np.inf


def decades(spread, unit, decimals=0):
    """Return how many powers of ten a standard deviation is away from a unit; None where it is 0 or infinite."""
    return round(float(np.log10(spread / unit)), decimals) if 0 < spread < np.inf else None


@training
@pytest.mark.weight(1)
def test_weights_start_small_and_normal_with_a_column_for_every_label(student, check, rng):
    X, y = rng.normal(size=(30, 60)), rng.choice([0, 1, 3, 6, 8, 9, 11], size=30)
    y[:2] = 13, 0
    model = one_of_ours(student, "Flat")
    # With so large a batch, indices drawn from the features are out of bounds in every run, not just in some.
    model.call("train", X, y, num_iters=1, batch_size=30)
    W = check.numbers(model.get("W"), "W")
    spread, mean = spread_of(W), float(W.mean())
    centred = abs(mean) < 0.25 * spread
    expected = "for 60 features and labels up to 13, W should have shape (60, 14)"
    check(
        0.0008 < spread < 0.0012,
        "the standard deviation of the starting weights is not 0.001",
        shape=(W.shape, (60, 14), expected),
        size=decades(spread, 0.001),
        centred=centred,
    )
    check(centred, "the mean of the starting weights is not 0")
    furthest = float(np.abs(W).max())
    check(furthest > 2 * spread, "none of the starting weights is larger than twice their standard deviation")


def start_from_weights_of_somebody_else(code, X, y):
    code = code.extended(linear_classifier=CLASSIFIERS)
    code.call("linear_classifier.lay_out_weights")
    model = new(code, "Bowl", W=code.ref("linear_classifier.weights"))
    history = model.call("train", X, y, learning_rate=0.1, num_iters=4, batch_size=3)
    return history, code.call("linear_classifier.weights.copy")


@training
@pytest.mark.weight(1)
@pytest.mark.parts()
def test_array_of_the_starting_weights_keeps_its_values(compare, rng):
    names = ("loss_history", "array that W was before")
    compare(start_from_weights_of_somebody_else, *examples(rng, 12), names=names)


@training
@pytest.mark.weight(7)
@pytest.mark.parametrize("batch_size", [2, 3])
def test_training_separates_what_can_be_separated(student, check, rng, batch_size):
    """A single batch holds fewer examples than there are labels: only new ones show them all."""
    y = rng.integers(4, size=80)
    X = np.hstack([np.eye(4)[y] + rng.normal(scale=0.05, size=(80, 4)), np.ones((80, 1))])
    model = one_of_ours(student, "LeastSquares")
    history = model.call("train", X, y, learning_rate=0.1, num_iters=300, batch_size=batch_size)
    # Steps that are too long, or go uphill, may end in infinity: then nothing fell and nothing was learned.
    W = check.numbers(model.get("W"), "W", (5, 4), finite=False)
    history = check.numbers(history, "loss_history", (None,), finite=False)
    check(len(history) > 1, f"loss_history of 300 steps holds {len(history)} numbers")
    with np.errstate(over="ignore", invalid="ignore"):
        accurate = bool(np.mean(np.argmax(X @ W, axis=1) == y) > 0.95)
        # The losses of single batches go up and down by chance where labels are not those of the examples.
        fell = bool(np.mean(history[-50:]) < 0.5 * history[0])
    check(
        fell=fell,
        accurate=(accurate, True, "300 steps on a problem that can be learned did not reach 95 % accuracy"),
    )


def bound_training(code, X, y, W):
    return one_of_ours(code, "Bowl", W=W).bind("train", X, y, learning_rate=0.1, num_iters=4, batch_size=3)


@training
@pytest.mark.weight(0.5)
def test_training_leaves_examples_and_labels_alone(unchanged, rng):
    unchanged(bound_training, *examples(rng, 12), 1e6 * rng.normal(size=(5, 3)))


# --- predict ----------------------------------------------------------------------------------------------


def predicted(code, W, X):
    return new(code, W=W).bind("predict", X)


@predicting
@pytest.mark.weight(2)
@pytest.mark.parametrize(
    "shape", [(5, 3, 5), (7, 5, 4), (40, 6, 13), (3, 8, 2)], ids=lambda shape: "x".join(map(str, shape))
)
def test_labels_with_the_highest_scores(compare, rng, shape):
    number, features, classes = shape
    W, X = rng.normal(size=(features, classes)), rng.normal(size=(number, features))
    compare(predicted, W, X, names=("labels",))


@predicting
@pytest.mark.weight(0.5)
def test_label_of_a_single_example(compare, rng):
    X = rng.normal(size=(1, 4))
    W = rng.normal(size=(4, 6))
    W[:, 3] = X[0]  # the label is not 0
    compare(predicted, W, X, names=("labels",))


@predicting
@pytest.mark.weight(0.5)
def test_smallest_of_labels_with_equal_scores(compare, rng):
    W, X = rng.integers(-3, 4, size=(4, 6)).astype(float), rng.integers(1, 5, size=(6, 4)).astype(float)
    W[:, 2] = W[:, 4] = 9
    compare(predicted, W, X, names=("labels",))


@predicting
@pytest.mark.weight(0.5)
@pytest.mark.edge
def test_labels_of_integer_features(compare, rng):
    # Scores of thousands, whose exponentials are infinite.
    compare(predicted, rng.normal(scale=10, size=(5, 7)), rng.integers(256, size=(9, 5)), names=("labels",))


@predicting
@pytest.mark.weight(0.5)
def test_predicting_leaves_the_examples_alone(unchanged, rng):
    unchanged(predicted, rng.normal(size=(5, 4)), rng.normal(size=(8, 5)))


# --- LinearSVM and Softmax --------------------------------------------------------------------------------


def stand_ins(svm_loss, softmax_loss):
    """Return code to append to linear_svm.py and softmax.py that makes these expressions their losses and gradients."""
    return {
        module: f"""
def {name}_vectorized(W, X, y, reg):
    return {expressions}


{name}_naive = {name}_vectorized
"""
        for module, name, expressions in (
            ("linear_svm", "svm_loss", svm_loss),
            ("softmax", "softmax_loss", softmax_loss),
        )
    }


# Not losses, but numbers that depend on everything passed in.
STAND_INS = stand_ins(
    "2 + float((X @ W).sum() + y @ y + reg * (W * W).sum()), W + 2 * reg * W + X.T @ y[:, None]",
    "5 - float((X @ W).sum() - y @ y - reg * (W * W).sum()), 2 * W + 2 * reg * W - X.T @ y[:, None]",
)

# Constant losses, so that training changes nothing, whichever way it goes.
CONSTANTS = stand_ins("41.0, 0 * W", "53.0, 0 * W")


def loss_of(code, classifier, W, X, y, reg):
    return new(code.extended(**STAND_INS), classifier, W=W).bind("loss", X, y, reg)


@pytest.mark.weight(2)
@pytest.mark.parametrize(
    "classifier",
    [pytest.param("LinearSVM", marks=svm), pytest.param("Softmax", marks=softmax)],
)
@pytest.mark.parametrize("reg", [0.0, 0.25], ids=["reg 0", "reg 0.25"])
def test_loss_of_each_classifier(compare, rng, classifier, reg):
    W, X, y = rng.normal(size=(5, 4)), rng.normal(size=(9, 5)), rng.integers(1, 4, size=9)
    compare(loss_of, classifier, W, X, y, reg, names=NAMES)


@pytest.mark.weight(1)
@pytest.mark.parametrize(
    "classifier, loss",
    [
        pytest.param("LinearSVM", 41.0, marks=svm, id="LinearSVM"),
        pytest.param("Softmax", 53.0, marks=softmax, id="Softmax"),
    ],
)
def test_each_classifier_is_trained_on_its_loss(student, check, rng, classifier, loss):
    """How often the loss is evaluated, and that reg is passed on, are tested elsewhere."""
    model = new(student.extended(**CONSTANTS), classifier)
    history = check.numbers(
        model.call("train", *examples(rng, 12), 0.1, 0.5, 5, 3), "loss_history", (None,), finite=False
    )
    other = f"loss_history of a {classifier} does not hold values of its own loss function"
    check(losses=(np.unique(history).tolist(), [loss], other))


# --- random_search ----------------------------------------------------------------------------------------

# A generator cannot be passed across; it is made at the end of linear_classifier.py.
GENERATOR = """
import numpy


def make_generator():
    global generator
    generator = numpy.random.default_rng(SEED)
"""


class Tries:
    """A loss that is fixed beforehand for every try, and keeps the weights it is called with."""

    def __init__(self, losses):
        self.losses = list(losses)
        self.tried = []

    def __call__(self, W):
        self.tried.append(np.array(W) if isinstance(W, np.ndarray) else W)
        return self.losses[min(len(self.tried), len(self.losses)) - 1]


def search(code, loss, shape, num_tries, seed=3, **settings):
    """Search and return what comes back."""
    code = code.extended(linear_classifier=GENERATOR.replace("SEED", str(seed)))
    code.call("linear_classifier.make_generator")
    rng = code.ref("linear_classifier.generator")
    return code.call(RANDOM_SEARCH, loss, shape, num_tries, rng, **settings)


def weights_tried(check, loss, shape):
    """Return the weights of all tries in one array."""
    tried = [check.numbers(W, "what the loss is called with", shape) for W in loss.tried]
    return np.array(tried).reshape(len(tried), *shape)


def which_try(W, tried):
    """Return the number of the try that these weights are, -1 for None and -2 for weights of no try."""
    if W is None:
        return -1
    return next((number for number, other in enumerate(tried) if np.array_equal(W, other)), -2)


def judge_search(check, loss, found, **observed):
    best_W, best_loss, losses = check.parts(found, "best_W", "best_loss", "losses")
    calls, wanted, which = len(loss.tried), len(loss.losses), which_try(best_W, loss.tried)
    best = int(np.argmin(loss.losses))
    called = f"{wanted} tries call the loss {calls} times"
    check.record(losses=losses, best_loss=best_loss, best_W=which)
    check(calls=(calls, wanted, called))
    check(
        losses=(
            check.numbers(losses, "losses", (wanted,)),
            loss.losses,
            "losses does not hold the losses of all tries in their order",
        ),
        best_loss=(
            check.number(best_loss, "best_loss"),
            loss.losses[best],
            "best_loss is not the smallest of the losses",
        ),
        best_W=(which, best, "best_W is not the array that had the smallest loss"),
        **observed,
    )


@random_search
@pytest.mark.weight(3)
@pytest.mark.parametrize(
    "shape, best", [((5, 3), 4), ((4, 7), 0), ((6,), 8)], ids=["middle", "first", "last"]
)
def test_best_of_all_tries(student, check, rng, shape, best):
    loss = Tries(np.insert(rng.uniform(2.0, 9.0, size=8), best, 1.0))
    judge_search(check, loss, search(student, loss, shape, 9))


@random_search
@pytest.mark.weight(1)
@pytest.mark.parametrize("level", [-1e3, 1e15], ids=["negative", "huge"])
def test_best_of_losses_of_any_size(student, check, level):
    loss = Tries(level + abs(level) * np.array([0.4, 0.1, 0.3, 0.2, 0.5]))
    judge_search(check, loss, search(student, loss, (2, 3), 5))


@random_search
@pytest.mark.weight(1)
@pytest.mark.parametrize("settings", [{}, {"scale": 0.01}], ids=["default", "0.01"])
def test_scale_of_the_tries(student, check, settings):
    loss = Tries([2.0, 1.0, 3.0])
    found = search(student, loss, (40, 30), 3, **settings)
    scale = settings.get("scale", 1e-4)
    spread = spread_of(weights_tried(check, loss, (40, 30)))
    judge_search(check, loss, found, size=decades(spread, scale, 1))
    check(0.9 * scale < spread < 1.1 * scale, "the standard deviation of the weights is not the scale")


@random_search
@pytest.mark.weight(2)
def test_tries_come_from_the_generator(student, check, rng):
    seed = int(rng.integers(2**31))
    loss = Tries([2.0, 1.0, 3.0, 4.0])
    found = search(student, loss, (5, 3), 4, seed=seed)
    wanted = np.random.default_rng(seed).standard_normal((4, 5, 3)) * 1e-4
    tried = weights_tried(check, loss, (5, 3))
    same = tried.shape == wanted.shape and np.allclose(tried, wanted, rtol=1e-9, atol=0)
    judge_search(
        check,
        loss,
        found,
        same=(same, True, "the weights are not rng.standard_normal(shape) * scale, one after the other"),
        size=decades(spread_of(tried), 1e-4),
    )


# --- grid_search ------------------------------------------------------------------------------------------

# A classifier that learns nothing: every example states its label and, for each pair of settings, whether to get it
# right. Added to the end of linear_classifier.py.
FALLIBLE = """
import dataclasses

import numpy


@dataclasses.dataclass
class Fallible:
    W: object = None
    trainings: list = dataclasses.field(default_factory=list)

    def train(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
        self.W = numpy.array([[learning_rate, reg]])
        self.trainings.append([*X.shape, len(y), int(numpy.sum(y)), num_iters, batch_size])
        return [0.0]

    def predict(self, X):
        right = X[:, round(float(self.W[0] @ [30.0, 10.0]))]
        return X[:, 0].astype(int) + (right == 0)
"""
FALLIBLE_SVM = """

LinearSVM.__init__, LinearSVM.train, LinearSVM.predict = Fallible.__init__, Fallible.train, Fallible.predict
"""


LEARNING_RATES, REGS = [0.2, 0.3, 0.1], [0.5, 0.4]
COLUMNS = [round(30 * learning_rate + 10 * reg) for learning_rate in LEARNING_RATES for reg in REGS]


def labelled(rng, number, right):
    """Draw X and y such that, setting by setting, as many examples as asked for get their label right."""
    y = rng.integers(3, size=number)
    X = np.zeros((number, 15))
    X[:, 0] = y
    for column, count in zip(COLUMNS, right, strict=True):
        X[rng.permutation(number)[:count], column] = 1
    return X, y


def grid(rng, in_training, in_validation):
    """Draw both sets and return the arguments of a search; the counts are in the order of the grid."""
    return *labelled(rng, 30, in_training), *labelled(rng, 17, in_validation), LEARNING_RATES, REGS


def with_best(rng, best):
    """Draw both sets such that one setting is best in validation, but neither best nor worst in training."""
    in_training = rng.permutation([8, 12, 20, 24, 28])
    in_validation = rng.permutation([3, 6, 8, 9, 11])
    return grid(rng, np.insert(in_training, best, 16), np.insert(in_validation, best, 14))


def choose(check, code, *args, source=FALLIBLE, make="Fallible", **keywords):
    """Return results, and best_val with what there is to know about best_model."""
    code = code.extended(linear_classifier=source)
    if make is not None:
        keywords["make"] = code.ref(f"linear_classifier.{make}")
    found = code.call(GRID_SEARCH, *args, **keywords)
    results, best_val, model = check.parts(found, "results", "best_val", "best_model")
    made = "a LinearSVM" if make is None else "a classifier that make() returned"
    model = check.instance(model, "best_model", make or "LinearSVM", made)
    trainings = check.numbers(model.get("trainings"), "the trainings of best_model")
    check(len(trainings) > 0, "best_model has never been trained")
    return results, {
        "best_val": best_val,
        "weights of best_model": model.get("W"),
        "number of trainings of best_model": len(trainings),
        "shape of X, length of y, num_iters and batch_size of its training": trainings[-1],
        "class of best_model": model.type_name,
    }


CHOICE = ("results", "choice")


@grid_search
@pytest.mark.weight(3)
@pytest.mark.parametrize("best", [0, 2, 3], ids=["first", "third", "fourth"])
def test_best_on_the_validation_set(compare, check, rng, best):
    compare(functools.partial(choose, check), *with_best(rng, best), names=CHOICE)


@grid_search
@pytest.mark.weight(1)
def test_first_of_equally_good_settings(compare, check, rng):
    """With the regs in the outer loop another would come first; the last of the equals is not the last of all."""
    in_training, in_validation = [20, 10, 15, 25, 28, 12], [4, 13, 13, 13, 7, 9]
    compare(functools.partial(choose, check), *grid(rng, in_training, in_validation), names=CHOICE)


@grid_search
@pytest.mark.weight(1)
def test_settings_handed_on_to_train(compare, check, rng):
    compare(functools.partial(choose, check), *with_best(rng, 1), num_iters=17, batch_size=9, names=CHOICE)


@grid_search
@pytest.mark.weight(1)
def test_a_single_pair_of_settings(compare, check, rng):
    *sets, learning_rates, regs = with_best(rng, 4)
    compare(functools.partial(choose, check), *sets, learning_rates[2:], regs[:1], names=CHOICE)


@grid_search
@pytest.mark.weight(1)
def test_all_settings_useless(compare, check, rng):
    """An accuracy of 0 is better than none at all: there is a best classifier, too."""
    compare(functools.partial(choose, check), *grid(rng, [9, 4, 7, 2, 8, 5], [0] * 6), names=CHOICE)


@grid_search
@pytest.mark.weight(1)
def test_linear_svm_unless_told_otherwise(compare, check, rng):
    compare(
        functools.partial(choose, check),
        *with_best(rng, 2),
        source=FALLIBLE + FALLIBLE_SVM,
        make=None,
        names=CHOICE,
    )


def bound_search(code, *args):
    code = code.extended(linear_classifier=FALLIBLE)
    return code.bind(GRID_SEARCH, *args, make=code.ref("linear_classifier.Fallible"))


@grid_search
@pytest.mark.weight(1)
def test_searching_leaves_both_sets_alone(unchanged, rng):
    unchanged(bound_search, *with_best(rng, 3))


# --- what the grader tries on a wrong function ------------------------------------------------------------


ROLLED = """

class LadderBowl(LinearClassifier):
    # Its lowest point is another number in each entry, beside which weights of usual size are nothing. Its losses are
    # such that no loss is a multiple of the one before it.
    def loss(self, X_batch, y_batch, reg):
        numbers = numpy.arange(1.0, self.W.size + 1).reshape(self.W.shape)
        away = self.W - 1e8 * numbers * (-1) ** numbers
        return float((away * away + 2e9 * abs(away)).sum()) + reg, away


def ladder_rolled(X, y, W, *settings):
    model = LadderBowl()
    model.W = W
    return model.train(X, y, *settings), model.W
"""

# What is done with a classifier on a ladder, beside the hand-in: a single call.
IN_ONE_CALL = """

def ladder_labelled(W, X):
    model = LinearClassifier()
    model.W = W
    return model.predict(X)


def ladder_classified(classifier, W, *batch):
    model = globals()[classifier]()
    model.W = W
    return model.loss(*batch)
"""


def for_trainings(code):
    return code.extended(linear_classifier=CLASSIFIERS + ROLLED)


def for_predictions(code):
    return code.extended(linear_classifier=IN_ONE_CALL)


def for_losses(code):
    return code.extended(**STAND_INS, linear_classifier=IN_ONE_CALL)


def rolled(code, function, *arguments):
    return code.bind("linear_classifier.ladder_rolled", *arguments)


@ladder(
    "linear_classifier.LinearClassifier.train",
    parts=("loss_history", "W"),
    run=rolled,
    prepare=for_trainings,
)
def trainings(
    rng,
    iterations=Size(4, levels=(1, 2, 3, 4, 5)),
    reg=Switch("a penalty", 1e18),
    unit=Case("the first step leads to the minimum"),
    batch_of_one=Case("a batch has one example"),
    large_batch=Case("a batch has more examples than there are"),
):
    if batch_of_one and large_batch:
        return None
    X, y = examples(rng, 12)
    return dict(
        X=X,
        y=y,
        W=1e9 * rng.normal(size=(5, 3)),
        # Losses fall with a small rate, and grow with one beyond 2.
        learning_rate=1.0 if unit else rng.choice([rng.uniform(0.05, 0.2), rng.uniform(2.1, 2.4)]),
        reg=reg,
        num_iters=iterations,
        batch_size=1 if batch_of_one else 15 if large_batch else 4,
    )


def started(code, function, X, y, iterations):
    code = for_trainings(code)
    code.call("linear_classifier.lay_out_weights")
    model = new(code, "LadderBowl", W=code.ref("linear_classifier.weights"))
    model.call("train", X, y, learning_rate=0.1, num_iters=iterations, batch_size=3)
    return code.call("linear_classifier.weights.copy")


@ladder(
    "linear_classifier.LinearClassifier.train",
    parts=("the array that W was before training",),
    run=started,
)
def starts(rng, iterations=Size(4, levels=(1, 2, 3, 4, 5))):
    return dict(zip(("X", "y"), examples(rng, 12), strict=True)) | dict(iterations=iterations)


def labelled_by_scores(code, function, *arguments):
    return code.bind("linear_classifier.ladder_labelled", *arguments)


@ladder(
    "linear_classifier.LinearClassifier.predict",
    parts=("labels",),
    run=labelled_by_scores,
    prepare=for_predictions,
)
def predictions(
    rng,
    examples=Size(20, levels=(16, 20, 24), along="X"),
    features=Size(5, along="X[1] W"),
    classes=Size(4, one="class", least=3, along="W[1]"),
    tied=Case("several classes have the highest score"),
    negative=Case("all scores are negative"),
    integers=Case("the features are integers"),
):
    W, X = rng.normal(size=(features, classes)), rng.normal(size=(examples, features))
    if integers:
        # No 0: examples that are 0 everywhere have the same score in each class.
        X = rng.integers(1, 10, size=X.shape) * rng.choice([-1, 1], size=X.shape)
    if negative:
        W, X = -np.abs(W) - 0.1, np.abs(X) + 1
    if tied:
        W[:, -1] = W[:, 0]
        if negative:
            W[:, [0, -1]] /= 64
    return dict(W=W, X=X)


def classified(code, function, *arguments):
    return code.bind("linear_classifier.ladder_classified", function.split(".")[1], *arguments)


@ladder(
    "linear_classifier.LinearSVM.loss",
    "linear_classifier.Softmax.loss",
    parts=NAMES,
    run=classified,
    prepare=for_losses,
)
def classifiers(
    rng,
    number_of_examples=Size(9, one="example", many="examples", levels=(1, 4, 9), along="X y"),
    features=Size(5, levels=(1, 5)),
    classes=Size(4, one="class", least=2, levels=(2, 4)),
    reg=Switch("a penalty", 0.25),
):
    W, X = rng.normal(size=(features, classes)), rng.normal(size=(number_of_examples, features))
    return dict(W=W, X=X, y=rng.integers(1, classes, size=number_of_examples), reg=reg)


def three_of(found):
    """Return three values as they came, or None in the place of each."""
    return found if isinstance(found, (tuple, list)) and len(found) == 3 else (None, None, None)


SEARCHED = """
import numpy


def ladder_searched(losses, shape, seed):
    tried = []

    def loss(W):
        tried.append(W.copy() if isinstance(W, numpy.ndarray) else W)
        return losses[min(len(tried), len(losses)) - 1]

    return random_search(loss, tuple(shape), len(losses), numpy.random.default_rng(seed)), tried
"""


def for_searches(code):
    return code.extended(linear_classifier=SEARCHED)


def searched(code, function, *arguments):
    return code.bind("linear_classifier.ladder_searched", *arguments)


def with_number_of_the_best(reply, *arguments):
    found, tried = reply
    best_W, best_loss, all_losses = three_of(found)
    return which_try(best_W, tried), best_loss, all_losses


@ladder(
    RANDOM_SEARCH,
    parts=("the number of the best try", "best_loss", "losses"),
    run=searched,
    prepare=for_searches,
    compared=with_number_of_the_best,
)
def searches(
    rng,
    tries=Size(5, one="try", levels=(1, 2, 3, 5, 9)),
    dimensions=Size(2, levels=(1, 2)),
    negative=Case("losses are negative"),
    huge=Case("all losses are above 1e9"),
    first=Case("the first try is the best"),
    last=Case("the last try is the best"),
):
    if (first and last) or (negative and huge):
        return None
    losses = rng.permutation(np.linspace(2.0, 9.0, tries) + rng.uniform(0, 0.5, size=tries))
    losses = losses - 12 if negative else losses * 1e9 if huge else losses
    best, place = int(np.argmin(losses)), 0 if first else tries - 1
    if first or last:
        losses[[best, place]] = losses[[place, best]]
    return dict(losses=losses.tolist(), shape=[4, 3][:dimensions], seed=int(rng.integers(2)))


CHOSEN = """

def ladder_chosen(*arguments):
    *arguments, num_iters = arguments
    found = grid_search(*arguments, make=Fallible, num_iters=num_iters)
    model = found[2] if isinstance(found, (tuple, list)) and len(found) == 3 else None
    return found, getattr(model, "W", None), getattr(model, "trainings", None)
"""


def for_choices(code):
    return code.extended(linear_classifier=FALLIBLE + CHOSEN)


def chosen(code, function, *arguments):
    return code.bind("linear_classifier.ladder_chosen", *arguments)


def with_the_best_model(reply, *arguments):
    found, W, trainings = reply
    results, best_val, model = three_of(found)
    if not hasattr(model, "call"):
        return results, best_val, None, None
    last = trainings[-1] if isinstance(trainings, list) and trainings else None
    return results, best_val, W, last


@ladder(
    GRID_SEARCH,
    parts=("results", "best_val", "weights of best_model", "what best_model was trained with"),
    run=chosen,
    prepare=for_choices,
    compared=with_the_best_model,
)
def grids(
    rng,
    learning_rates=Size(3, levels=(1, 2, 3)),
    penalties=Size(2, one="penalty", levels=(1, 2)),
    useless=Case("no pair of settings gets any label right"),
    tied=Case("two pairs of settings are equally good"),
):
    if useless and (tied or learning_rates * penalties == 1):
        return None
    if tied and min(learning_rates, penalties) == 1:
        return None
    training, validation = rng.permutation([8, 12, 20, 24, 28, 16]), rng.permutation([3, 6, 8, 9, 11, 14])
    if useless:
        validation = [0] * 6
    elif tied:
        # The best accuracy is what it would be otherwise. With the penalties in the outer loop, another comes first.
        validation[np.argmax(validation)] = validation[1]
        validation[[1, 2]] = 14
    *sets, rates, regs = grid(rng, training, validation)
    names = ("X_train", "y_train", "X_val", "y_val", "learning_rates", "regs", "num_iters")
    settings = rates[:learning_rates], regs[:penalties], int(rng.integers(5, 50))
    return dict(zip(names, (*sets, *settings), strict=True))
