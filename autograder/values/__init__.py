"""The one place that knows what a value is: how it is compared, described, written down and sent."""
