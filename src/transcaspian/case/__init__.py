"""The case: a folder of tables read, checked, frozen and changed."""
