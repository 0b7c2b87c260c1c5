"""Known-wrong variants of the linear classifiers, each with the question that leads to the mistake."""

import numpy as np

from autograder.grading import misconception

TRAIN = "linear_classifier.LinearClassifier.train"
PREDICT = "linear_classifier.LinearClassifier.predict"
SVM_LOSS = "linear_classifier.LinearSVM.loss"
SOFTMAX_LOSS = "linear_classifier.Softmax.loss"
RANDOM_SEARCH = "linear_classifier.random_search"
GRID_SEARCH = "linear_classifier.grid_search"


def descend(
    self,
    X,
    y,
    learning_rate,
    reg,
    num_iters,
    batch_size,
    draw=lambda number, features, size: np.random.randint(number, size=size),
    batch=lambda X, y, drawn: (X[drawn], y[drawn]),
    step=lambda W, change: W - change,
    start=lambda features, y: 0.001 * np.random.randn(features, y.max() + 1),
):
    """Run gradient descent with one of its parts exchanged."""
    if self.W is None:
        self.W = start(X.shape[1], y)
    history = []
    for _ in range(num_iters):
        drawn = draw(X.shape[0], X.shape[1], batch_size)
        loss, gradient = self.loss(*batch(X, y, drawn), reg)
        history.append(float(loss))
        self.W = step(self.W, learning_rate * gradient)
    return history


def tries(loss, shape, num_tries, rng, scale):
    """Return the weights of all tries and their losses."""
    weights = [rng.standard_normal(shape) * scale for _ in range(num_tries)]
    return weights, [float(loss(W)) for W in weights]


def accuracy(model, X, y):
    """Return the share of labels predicted right."""
    return float(np.mean(model.predict(X) == y))


def trained(X_train, y_train, learning_rates, regs, make, train_kwargs):
    """Train one classifier per pair of settings; yield the pair and the classifier."""
    for learning_rate in learning_rates:
        for reg in regs:
            model = make()
            model.train(X_train, y_train, learning_rate=learning_rate, reg=reg, **train_kwargs)
            yield (learning_rate, reg), model


# --- train ------------------------------------------------------------------------------------------------


@misconception(
    "T01",
    TRAIN,
    mistake="ascends: the step is added",
    hint="With a constant gradient of +10 your weights rise. The gradient points uphill: which way do you "
    "want to go?",
)
def ascends(original):
    def wrong(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
        return descend(
            self, X, y, learning_rate, reg, num_iters, batch_size, step=lambda W, change: W + change
        )

    return wrong


@misconception(
    "T02",
    TRAIN,
    mistake="drawn without replacement: fails where the batch exceeds the training set",
    hint="No example occurs twice in a batch of yours, and a batch of 15 from 6 examples ends in an error. "
    "May an example be drawn twice, and does your way of drawing allow it?",
)
def drawn_without_replacement(original):
    def wrong(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
        return descend(
            self,
            X,
            y,
            learning_rate,
            reg,
            num_iters,
            batch_size,
            draw=lambda number, features, size: np.random.choice(number, size, replace=False),
        )

    return wrong


@misconception(
    "T30",
    TRAIN,
    mistake="batch cut down to the size of the training set",
    hint="A batch of 15 from 6 examples holds 6 of them with you, and none of them twice. May an example be "
    "drawn twice, and how many are asked for?",
)
def batch_cut_down(original):
    def wrong(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
        return descend(
            self,
            X,
            y,
            learning_rate,
            reg,
            num_iters,
            batch_size,
            draw=lambda number, features, size: np.random.permutation(number)[:size],
        )

    return wrong


@misconception(
    "T04",
    TRAIN,
    mistake="batch drawn once, before the loop",
    hint="All iterations of a training see the same batch. How many different examples does your training "
    "ever learn from, and how often is the line that draws them executed?",
)
def drawn_once(original):
    def wrong(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
        drawn = np.random.randint(X.shape[0], size=batch_size)
        return descend(
            self, X, y, learning_rate, reg, num_iters, batch_size, draw=lambda number, features, size: drawn
        )

    return wrong


@misconception(
    "T12",
    TRAIN,
    mistake="generator seeded anew in every iteration",
    hint="All iterations see the same batch, and so does every other training. Print the first index of "
    "each batch: what does a generator return that has just been given the same seed as before?",
)
def seeded_anew(original):
    def wrong(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
        return descend(
            self,
            X,
            y,
            learning_rate,
            reg,
            num_iters,
            batch_size,
            draw=lambda number, features, size: np.random.default_rng(0).integers(number, size=size),
        )

    return wrong


@misconception(
    "T05",
    TRAIN,
    mistake="indices drawn from the number of features",
    hint="Of 40 examples with 6 features you only ever use the first 6. Which axis of X counts examples?",
)
def drawn_from_the_features(original):
    def wrong(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
        return descend(
            self,
            X,
            y,
            learning_rate,
            reg,
            num_iters,
            batch_size,
            draw=lambda number, features, size: np.random.randint(features, size=size),
        )

    return wrong


@misconception(
    "T31",
    TRAIN,
    mistake="last example never drawn",
    hint="Of 40 examples you use all but the last. Does your function include the upper bound that it is "
    "given?",
)
def last_never_drawn(original):
    def wrong(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
        return descend(
            self,
            X,
            y,
            learning_rate,
            reg,
            num_iters,
            batch_size,
            draw=lambda number, features, size: np.random.randint(0, number - 1, size=size),
        )

    return wrong


@misconception(
    "T07",
    TRAIN,
    mistake="columns of X taken instead of rows",
    hint="A batch of 4 examples with 6 features has a shape that no 4 examples can have. What shape should "
    "it have, and which index of X comes first?",
)
def columns_taken(original):
    def wrong(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
        return descend(
            self,
            X,
            y,
            learning_rate,
            reg,
            num_iters,
            batch_size,
            batch=lambda X, y, drawn: (X[:, drawn % X.shape[1]], y[drawn]),
        )

    return wrong


@misconception(
    "T32",
    TRAIN,
    mistake="labels drawn separately from the examples",
    hint="Your batches have the right shape, but examples come with the labels of others. How many times do "
    "you draw random indices for one batch?",
)
def labels_drawn_separately(original):
    def wrong(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
        return descend(
            self,
            X,
            y,
            learning_rate,
            reg,
            num_iters,
            batch_size,
            batch=lambda X, y, drawn: (X[drawn], y[np.random.randint(len(y), size=len(drawn))]),
        )

    return wrong


@misconception(
    "T08",
    TRAIN,
    mistake="loss evaluated twice in each iteration, history doubled",
    hint="After 7 iterations your history has 14 entries, and the loss was evaluated 14 times. What does "
    "each iteration need the loss for, and how often?",
)
def evaluated_twice(original):
    def wrong(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
        if self.W is None:
            self.W = 0.001 * np.random.randn(X.shape[1], y.max() + 1)
        history = []
        for _ in range(num_iters):
            drawn = np.random.randint(X.shape[0], size=batch_size)
            history.append(float(self.loss(X[drawn], y[drawn], reg)[0]))
            loss, gradient = self.loss(X[drawn], y[drawn], reg)
            history.append(float(loss))
            self.W = self.W - learning_rate * gradient
        return history

    return wrong


@misconception(
    "T09",
    TRAIN,
    mistake="step bound to a new name: self.W never moves",
    hint="After any number of steps W is what it was at the start. Under which name does your code keep the "
    "result of a step, and which name does the loss look at?",
)
def never_moves(original):
    def wrong(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
        return descend(self, X, y, learning_rate, reg, num_iters, batch_size, step=lambda W, change: W)

    return wrong


@misconception(
    "T33",
    TRAIN,
    mistake="steps made on a local copy, self.W set at the end",
    hint="Your weights end up wrong wherever the gradient depends on them: every step used the gradient at "
    "the start. Which weights does self.loss look at, and when do you change those?",
)
def steps_on_a_local_copy(original):
    def wrong(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
        if self.W is None:
            self.W = 0.001 * np.random.randn(X.shape[1], y.max() + 1)
        W, history = self.W, []
        for _ in range(num_iters):
            drawn = np.random.randint(X.shape[0], size=batch_size)
            loss, gradient = self.loss(X[drawn], y[drawn], reg)
            history.append(float(loss))
            W = W - learning_rate * gradient
        self.W = W
        return history

    return wrong


@misconception(
    "T34",
    TRAIN,
    mistake="learning rate left out of the step",
    hint="Your steps are as long as the gradient, whatever the learning rate is. What is a step's length in "
    "units of the gradient?",
)
def learning_rate_left_out(original):
    def wrong(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
        return descend(self, X, y, 1.0, reg, num_iters, batch_size)

    return wrong


@misconception(
    "T35",
    TRAIN,
    mistake="reg not handed on to the loss",
    hint="The loss is evaluated with reg = 0, whatever reg is passed in. Where does your call of self.loss "
    "get its third argument from?",
)
def reg_left_out(original):
    def wrong(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
        return descend(self, X, y, learning_rate, 0.0, num_iters, batch_size)

    return wrong


@misconception(
    "T13",
    TRAIN,
    mistake="the caller's array of weights modified",
    hint="The array that W was set to before the training has other values after it. Run a training twice "
    "from the same start: is it the same start? How many arrays does an in-place operation leave?",
)
def callers_weights_modified(original):
    def wrong(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
        return descend(
            self,
            X,
            y,
            learning_rate,
            reg,
            num_iters,
            batch_size,
            step=lambda W, change: np.subtract(W, change, out=W),
        )

    return wrong


@misconception(
    "T36",
    TRAIN,
    mistake="weights drawn anew in every training",
    hint="Weights that were there before the training have no influence on it. What should happen to W when "
    "it is not None?",
)
def started_anew(original):
    def wrong(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
        self.W = None
        return descend(self, X, y, learning_rate, reg, num_iters, batch_size)

    return wrong


@misconception(
    "T37",
    TRAIN,
    mistake="weights start at 0",
    hint="Your weights are exactly 0 before the first step. What does this course start them from?",
)
def started_at_zero(original):
    def wrong(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
        return descend(
            self,
            X,
            y,
            learning_rate,
            reg,
            num_iters,
            batch_size,
            start=lambda features, y: np.zeros((features, y.max() + 1)),
        )

    return wrong


@misconception(
    "T38",
    TRAIN,
    mistake="factor 0.001 of the starting weights forgotten",
    hint="Your weights start a thousand times too large. With scores of this size, what is the loss before "
    "the first step, and what would it be with all weights near 0?",
)
def started_too_large(original):
    def wrong(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
        return descend(
            self,
            X,
            y,
            learning_rate,
            reg,
            num_iters,
            batch_size,
            start=lambda features, y: np.random.randn(features, y.max() + 1),
        )

    return wrong


@misconception(
    "T39",
    TRAIN,
    mistake="starting weights uniform between 0 and 0.001",
    hint="All of your starting weights are positive. What is the mean of a standard normal number, and that "
    "of np.random.rand?",
)
def started_uniform(original):
    def wrong(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
        return descend(
            self,
            X,
            y,
            learning_rate,
            reg,
            num_iters,
            batch_size,
            start=lambda features, y: 0.001 * np.random.rand(features, y.max() + 1),
        )

    return wrong


@misconception(
    "T40",
    TRAIN,
    mistake="one column for every label that occurs, not up to the largest",
    hint="With the labels 0, 1 and 3 you make 3 columns. Which column would belong to label 3, and how many "
    "must there be?",
)
def columns_for_labels_that_occur(original):
    def wrong(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
        return descend(
            self,
            X,
            y,
            learning_rate,
            reg,
            num_iters,
            batch_size,
            start=lambda features, y: 0.001 * np.random.randn(features, len(np.unique(y))),
        )

    return wrong


# --- predict ----------------------------------------------------------------------------------------------


@misconception(
    "T14",
    PREDICT,
    mistake="highest score looked for over the examples",
    hint="You return as many labels as there are classes. One label per example: along which axis of the "
    "scores do the classes lie?",
)
def over_the_examples(original):
    def wrong(self, X):
        return np.argmax(X @ self.W, axis=0)

    return wrong


@misconception(
    "T15",
    PREDICT,
    mistake="argmax without an axis",
    hint="You return a single number for the whole set. What does np.argmax do with a two-dimensional array "
    "that it is given without an axis?",
)
def over_everything(original):
    def wrong(self, X):
        return np.argmax(X @ self.W)

    return wrong


@misconception(
    "T16",
    PREDICT,
    mistake="W times X instead of X times W",
    hint="Your product exists only where there are as many classes as examples. W is (D, C) and X is (N, "
    "D): which inner dimensions must match?",
)
def factors_swapped(original):
    def wrong(self, X):
        return np.argmax(self.W.dot(X), axis=1)

    return wrong


# A product that does not exist is reported in other words by `@`; the mistake and its hint are the same.
@misconception(
    "T41",
    PREDICT,
    mistake="W @ X instead of X @ W",
    hint="Your product exists only where there are as many classes as examples. W is (D, C) and X is (N, "
    "D): which inner dimensions must match?",
    same_as=("T16",),
)
def factors_swapped_with_at(original):
    def wrong(self, X):
        return np.argmax(self.W @ X, axis=1)

    return wrong


@misconception(
    "T42",
    PREDICT,
    mistake="lowest score instead of the highest",
    hint="You return the label that the classifier likes least. Is a high or a low score good?",
)
def lowest_score(original):
    def wrong(self, X):
        return np.argmin(X @ self.W, axis=1)

    return wrong


@misconception(
    "T43",
    PREDICT,
    mistake="the scores returned instead of the labels",
    hint="You return a score for every class. What is asked for: how high the highest score is, or whose it "
    "is?",
)
def scores_returned(original):
    def wrong(self, X):
        return X @ self.W

    return wrong


@misconception(
    "T44",
    PREDICT,
    mistake="the highest score returned instead of its label",
    hint="You return real numbers, the highest score of each example. What is asked for: how high it is, or "
    "whose it is?",
)
def highest_score_returned(original):
    def wrong(self, X):
        return np.max(X @ self.W, axis=1)

    return wrong


@misconception(
    "T45",
    PREDICT,
    mistake="last of the labels with equal scores",
    hint="Where two labels have the same, highest score you return the larger label. Which of them is asked "
    "for?",
)
def last_of_equals(original):
    def wrong(self, X):
        scores = X @ self.W
        return scores.shape[1] - 1 - np.argmax(scores[:, ::-1], axis=1)

    return wrong


@misconception(
    "T46",
    PREDICT,
    mistake="labels returned as real numbers",
    hint="Your labels have the right values but are real numbers. What can an array of floats not be used "
    "for that one of labels is?",
)
def labels_as_floats(original):
    def wrong(self, X):
        return original(self, X).astype(float)

    return wrong


# --- LinearSVM and Softmax --------------------------------------------------------------------------------


@misconception(
    "Z01",
    SVM_LOSS,
    mistake="the softmax loss for the SVM",
    hint="Your LinearSVM returns the loss of the other classifier. Which function belongs to which class?",
)
def softmax_for_svm(original):
    def wrong(self, X_batch, y_batch, reg):
        return softmax_loss_vectorized(self.W, X_batch, y_batch, reg)  # noqa: F821 - of linear_classifier.py

    return wrong


@misconception(
    "Z02",
    SOFTMAX_LOSS,
    mistake="the SVM loss for the softmax classifier",
    hint="Your Softmax returns the loss of the other classifier. Which function belongs to which class?",
)
def svm_for_softmax(original):
    def wrong(self, X_batch, y_batch, reg):
        return svm_loss_vectorized(self.W, X_batch, y_batch, reg)  # noqa: F821 - of linear_classifier.py

    return wrong


@misconception(
    "Z03",
    SVM_LOSS,
    SOFTMAX_LOSS,
    mistake="loss evaluated without the penalty",
    hint="With reg = 0 you are right; with reg > 0 loss and gradient stay what they were. Where does reg go "
    "in your call?",
)
def penalty_not_handed_on(original):
    def wrong(self, X_batch, y_batch, reg):
        return original(self, X_batch, y_batch, 0.0)

    return wrong


@misconception(
    "Z04",
    SVM_LOSS,
    SOFTMAX_LOSS,
    mistake="only the loss returned, without its gradient",
    hint="You return a single number. What does train do with what comes back, and how many values does it "
    "need?",
)
def gradient_dropped(original):
    def wrong(self, X_batch, y_batch, reg):
        return original(self, X_batch, y_batch, reg)[0]

    return wrong


# --- random_search ----------------------------------------------------------------------------------------


@misconception(
    "R01",
    RANDOM_SEARCH,
    mistake="the last weights kept instead of the best",
    hint="best_loss is the smallest loss, but best_W is what was tried last. Evaluate the loss at the W "
    "that you return: what do you get?",
)
def last_kept(original):
    def wrong(loss, shape, num_tries, rng, scale=1e-4):
        weights, losses = tries(loss, shape, num_tries, rng, scale)
        return weights[-1], min(losses), losses

    return wrong


# From outside, an alias of the array that is overwritten by every try cannot be told from keeping the last.
@misconception(
    "R02",
    RANDOM_SEARCH,
    mistake="one array reused for all tries: best_W is another name for it",
    hint="best_loss is the smallest loss, but best_W has the values of the last try. Two names, one array: "
    "what happens to best_W at the next try?",
    same_as=("R01",),
)
def array_reused(original):
    def wrong(loss, shape, num_tries, rng, scale=1e-4):
        W, best_W, best_loss, losses = np.zeros(shape), None, np.inf, []
        for _ in range(num_tries):
            W[...] = rng.standard_normal(shape) * scale
            losses.append(float(loss(W)))
            if losses[-1] < best_loss:
                best_W, best_loss = W, losses[-1]
        return best_W, best_loss, losses

    return wrong


@misconception(
    "R03",
    RANDOM_SEARCH,
    mistake="best loss starts at 0: no positive loss improves on it",
    hint="With losses above 0 you find nothing at all: best_loss is 0 and best_W is None. What is the best "
    "loss before you have looked at anything?",
)
def starts_at_zero(original):
    def wrong(loss, shape, num_tries, rng, scale=1e-4):
        weights, losses = tries(loss, shape, num_tries, rng, scale)
        best_W, best_loss = None, 0.0
        for W, value in zip(weights, losses, strict=True):
            if value < best_loss:
                best_W, best_loss = W, value
        return best_W, best_loss, losses

    return wrong


@misconception(
    "R08",
    RANDOM_SEARCH,
    mistake="best loss starts at a number that is not large enough",
    hint="Where all losses are huge you find nothing. Is there a number that every loss is smaller than?",
)
def starts_too_small(original):
    def wrong(loss, shape, num_tries, rng, scale=1e-4):
        weights, losses = tries(loss, shape, num_tries, rng, scale)
        best_W, best_loss = None, 1e9
        for W, value in zip(weights, losses, strict=True):
            if value < best_loss:
                best_W, best_loss = W, value
        return best_W, best_loss, losses

    return wrong


@misconception(
    "R04",
    RANDOM_SEARCH,
    mistake="comparison reversed: nothing exceeds infinity",
    hint="You find nothing at all: best_loss stays infinite and best_W is None. Is a large or a small loss "
    "good, and what does your comparison ask for?",
)
def comparison_reversed(original):
    def wrong(loss, shape, num_tries, rng, scale=1e-4):
        _, losses = tries(loss, shape, num_tries, rng, scale)
        return None, np.inf, losses

    return wrong


@misconception(
    "R09",
    RANDOM_SEARCH,
    mistake="the largest loss instead of the smallest",
    hint="You return the weights with the largest loss of all. Is a large or a small loss good?",
)
def largest_loss(original):
    def wrong(loss, shape, num_tries, rng, scale=1e-4):
        weights, losses = tries(loss, shape, num_tries, rng, scale)
        return weights[int(np.argmax(losses))], max(losses), losses

    return wrong


@misconception(
    "R06",
    RANDOM_SEARCH,
    mistake="scale forgotten",
    hint="Your weights are of size 1, whatever the scale is. With tiny weights an SVM loss of 10 classes "
    "starts near 9: what is yours?",
)
def scale_forgotten(original):
    def wrong(loss, shape, num_tries, rng, scale=1e-4):
        return original(loss, shape, num_tries, rng, 1.0)

    return wrong


@misconception(
    "R10",
    RANDOM_SEARCH,
    mistake="always 1e-4, whatever scale is passed in",
    hint="Your weights are right with the default scale, and stay as small whatever scale is passed in. "
    "Which number do you multiply by?",
)
def scale_fixed(original):
    def wrong(loss, shape, num_tries, rng, scale=1e-4):
        return original(loss, shape, num_tries, rng)

    return wrong


@misconception(
    "R07",
    RANDOM_SEARCH,
    mistake="two spellings of one name: Wbest and bestW",
    hint="Your code stops with a NameError when it is about to return. Which two spellings of one name do "
    "you use?",
)
def two_spellings(original):
    def wrong(loss, shape, num_tries, rng, scale=1e-4):
        bestW, best_loss, losses = original(loss, shape, num_tries, rng, scale)
        return (Wbest if num_tries else bestW), best_loss, losses  # noqa: F821 - this is the mistake

    return wrong


@misconception(
    "R11",
    RANDOM_SEARCH,
    mistake="the best loss so far noted in each try, instead of its own",
    hint="Your list of losses never rises. Is it to hold what each try came to, or the best up to then?",
)
def best_so_far_noted(original):
    def wrong(loss, shape, num_tries, rng, scale=1e-4):
        best_W, best_loss, losses = original(loss, shape, num_tries, rng, scale)
        return best_W, best_loss, np.minimum.accumulate(losses).tolist()

    return wrong


@misconception(
    "R12",
    RANDOM_SEARCH,
    mistake="a generator of its own instead of the one passed in",
    hint="Your weights look right, but they are not those of the generator that was passed in. What is the "
    "argument rng for?",
)
def own_generator(original):
    def wrong(loss, shape, num_tries, rng, scale=1e-4):
        return original(loss, shape, num_tries, np.random.default_rng(), scale)

    return wrong


# --- grid_search ------------------------------------------------------------------------------------------


@misconception(
    "T18",
    GRID_SEARCH,
    mistake="the last classifier kept instead of the best",
    hint="best_val is right, but best_model is the classifier of the last settings. Which one do you hold "
    "when the grid ends?",
)
def last_classifier(original):
    def wrong(X_train, y_train, X_val, y_val, learning_rates, regs, make=LinearSVM, **train_kwargs):  # noqa: F821
        results, best_val = {}, -1
        for settings, model in trained(X_train, y_train, learning_rates, regs, make, train_kwargs):
            results[settings] = accuracy(model, X_train, y_train), accuracy(model, X_val, y_val)
            best_val = max(best_val, results[settings][1])
        return results, best_val, model

    return wrong


@misconception(
    "T19",
    GRID_SEARCH,
    mistake="chosen by the training accuracy",
    hint="Your best_model is the one that does best on the examples it was trained on. Which set is there "
    "to choose settings by, and why not the other?",
)
def chosen_by_training(original):
    def wrong(X_train, y_train, X_val, y_val, learning_rates, regs, make=LinearSVM, **train_kwargs):  # noqa: F821
        results, best, best_model = {}, -1, None
        for settings, model in trained(X_train, y_train, learning_rates, regs, make, train_kwargs):
            results[settings] = accuracy(model, X_train, y_train), accuracy(model, X_val, y_val)
            if results[settings][0] > best:
                best, best_model = results[settings][0], model
        return results, best, best_model

    return wrong


# A grid search that is given no test set cannot choose by it. The same slip, looking at what should have been
# kept aside, is then to train on the validation set.
@misconception(
    "T20",
    GRID_SEARCH,
    mistake="trained on the set that is kept aside for choosing",
    hint="Your classifiers are trained on as many examples as both sets have together. What is an accuracy "
    "worth on examples that were learned by heart?",
)
def trained_on_everything(original):
    def wrong(X_train, y_train, X_val, y_val, learning_rates, regs, make=LinearSVM, **train_kwargs):  # noqa: F821
        results, best_val, best_model = {}, -1, None
        X, y = np.vstack([X_train, X_val]), np.hstack([y_train, y_val])
        for settings, model in trained(X, y, learning_rates, regs, make, train_kwargs):
            results[settings] = accuracy(model, X_train, y_train), accuracy(model, X_val, y_val)
            if results[settings][1] > best_val:
                best_val, best_model = results[settings][1], model
        return results, best_val, best_model

    return wrong


@misconception(
    "T50",
    GRID_SEARCH,
    mistake="the last of equally good settings",
    hint="Where two settings are equally good on the validation set, you return the later one. Which of "
    "them is asked for, and what does >= do?",
)
def last_of_equal_settings(original):
    def wrong(X_train, y_train, X_val, y_val, learning_rates, regs, make=LinearSVM, **train_kwargs):  # noqa: F821
        results, best_val, best_model = {}, -1, None
        for settings, model in trained(X_train, y_train, learning_rates, regs, make, train_kwargs):
            results[settings] = accuracy(model, X_train, y_train), accuracy(model, X_val, y_val)
            if results[settings][1] >= best_val:
                best_val, best_model = results[settings][1], model
        return results, best_val, best_model

    return wrong


@misconception(
    "T51",
    GRID_SEARCH,
    mistake="one classifier trained over and over",
    hint="Your best_model has been trained once for every pair of settings. How many classifiers do you "
    "make, and what becomes of the best one when the next settings are tried?",
)
def one_classifier(original):
    def wrong(X_train, y_train, X_val, y_val, learning_rates, regs, make=LinearSVM, **train_kwargs):  # noqa: F821
        model = make()
        return original(
            X_train, y_train, X_val, y_val, learning_rates, regs, make=lambda: model, **train_kwargs
        )

    return wrong


@misconception(
    "T52",
    GRID_SEARCH,
    mistake="further arguments not handed on to train",
    hint="Your classifiers are trained with the default number of iterations, whatever is passed in. Where "
    "do train_kwargs go?",
)
def arguments_not_handed_on(original):
    def wrong(X_train, y_train, X_val, y_val, learning_rates, regs, make=LinearSVM, **train_kwargs):  # noqa: F821
        return original(X_train, y_train, X_val, y_val, learning_rates, regs, make=make)

    return wrong


@misconception(
    "T53",
    GRID_SEARCH,
    mistake="training and validation accuracy swapped in the results",
    hint="Your accuracies are right but stand in each other's place. Which of the two comes first?",
)
def accuracies_swapped(original):
    def wrong(X_train, y_train, X_val, y_val, learning_rates, regs, make=LinearSVM, **train_kwargs):  # noqa: F821
        results, best_val, best_model = original(
            X_train, y_train, X_val, y_val, learning_rates, regs, make=make, **train_kwargs
        )
        return {key: (val, train) for key, (train, val) in results.items()}, best_val, best_model

    return wrong


@misconception(
    "T54",
    GRID_SEARCH,
    mistake="accuracies in per cent",
    hint="Your accuracies are a hundred times what they should be. Between which numbers does a share lie?",
)
def in_per_cent(original):
    def wrong(X_train, y_train, X_val, y_val, learning_rates, regs, make=LinearSVM, **train_kwargs):  # noqa: F821
        results, best_val, best_model = original(
            X_train, y_train, X_val, y_val, learning_rates, regs, make=make, **train_kwargs
        )
        return {key: (100 * a, 100 * b) for key, (a, b) in results.items()}, 100 * best_val, best_model

    return wrong


@misconception(
    "T55",
    GRID_SEARCH,
    mistake="settings in the order (reg, learning rate)",
    hint="Your results have the right accuracies under other keys. Which of the two settings comes first in "
    "a key?",
)
def keys_swapped(original):
    def wrong(X_train, y_train, X_val, y_val, learning_rates, regs, make=LinearSVM, **train_kwargs):  # noqa: F821
        results, best_val, best_model = original(
            X_train, y_train, X_val, y_val, learning_rates, regs, make=make, **train_kwargs
        )
        return {(reg, lr): both for (lr, reg), both in results.items()}, best_val, best_model

    return wrong


@misconception(
    "T56",
    GRID_SEARCH,
    mistake="regs gone through first",
    hint="Where two settings are equally good on the validation set, you return the one with the earlier "
    "reg. Which of the two lists is the outer loop?",
)
def regs_first(original):
    def wrong(X_train, y_train, X_val, y_val, learning_rates, regs, make=LinearSVM, **train_kwargs):  # noqa: F821
        results, best_val, best_model = {}, -1, None
        for reg in regs:
            for settings, model in trained(X_train, y_train, learning_rates, [reg], make, train_kwargs):
                results[settings] = accuracy(model, X_train, y_train), accuracy(model, X_val, y_val)
                if results[settings][1] > best_val:
                    best_val, best_model = results[settings][1], model
        return results, best_val, best_model

    return wrong


@misconception(
    "T57",
    GRID_SEARCH,
    mistake="best accuracy starts at 0: a grid of useless settings has no best classifier",
    hint="Where every classifier gets everything wrong, you return None. What is the best accuracy before you "
    "have looked at anything?",
)
def starts_at_no_accuracy(original):
    def wrong(X_train, y_train, X_val, y_val, learning_rates, regs, make=LinearSVM, **train_kwargs):  # noqa: F821
        results, best_val, best_model = {}, 0.0, None
        for settings, model in trained(X_train, y_train, learning_rates, regs, make, train_kwargs):
            results[settings] = accuracy(model, X_train, y_train), accuracy(model, X_val, y_val)
            if results[settings][1] > best_val:
                best_val, best_model = results[settings][1], model
        return results, best_val, best_model

    return wrong
