"""What `static/js/marks.js` shows beside a field, said once more by another program."""


def spoken_time(hundredths: int) -> str:
    """`14分05秒32` for 84532."""
    seconds, part = divmod(hundredths, 100)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    head = f"{hours}時間{minutes:02}分" if hours else (f"{minutes}分" if minutes else "")
    return f"{head}{seconds:02}秒{part:02}"
