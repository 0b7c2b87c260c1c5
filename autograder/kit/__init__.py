"""What notebooks of the course use: data sets and pictures. Nothing of the grader is needed for them."""
