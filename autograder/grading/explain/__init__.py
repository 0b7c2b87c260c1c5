"""Why a value is wrong: known mistakes and closed forms."""
