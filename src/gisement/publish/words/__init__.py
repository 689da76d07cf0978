"""What studies say in words, for several faces: a file per question, under the name it has among the studies."""
