"""Writes the penalty as half the square, in the loss and in the gradient alike: a convention, not a slip."""

import numpy as np


def softmax_loss_naive(W, X, y, reg):
    return softmax_loss_vectorized(W, X, y, reg)


def softmax_loss_vectorized(W, X, y, reg):
    num_train = X.shape[0]
    scores = X.dot(W)
    scores -= np.max(scores, axis=1)[:, np.newaxis]
    correct = scores[np.arange(num_train), y]
    exp_scores = np.exp(scores)
    sums = np.sum(exp_scores, axis=1)
    loss = np.sum(-correct + np.log(sums)) / num_train
    loss += 0.5 * reg * np.sum(W * W)
    mask = np.zeros_like(scores)
    mask[np.arange(num_train), y] = 1
    dW = X.T.dot(exp_scores / sums.reshape(-1, 1) - mask)
    dW /= num_train
    dW += reg * W
    return loss, dW
