from .cursor import own_cursor
