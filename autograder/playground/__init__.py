"""The page on which a linear classifier, its loss and its gradient can be played with."""
