"""How a task is divided into test part and pool: groups, strata, draws and folds."""
