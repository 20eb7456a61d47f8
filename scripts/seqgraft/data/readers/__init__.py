"""Reading sequences and labels from files, one module per format; `registry` names them all."""
