"""After the meet: its archive, what is then no longer needed, and what one person may ask us to hand out or to erase."""
