skip = x
