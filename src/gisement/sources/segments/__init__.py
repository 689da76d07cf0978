"""What helps to tell the segment of a purchase: codes led to segments, labels of the CPV, a model of titles."""
