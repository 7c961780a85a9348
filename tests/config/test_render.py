"""`render.yaml` and the product agree. Read as text: the product needs no YAML parser."""

import re
from pathlib import Path

from config.variables import VARIABLES

TEXT = (Path(__file__).parents[2] / "render.yaml").read_text()


def test_it_sets_only_variables_that_exist_and_no_secret() -> None:
    given = dict(re.findall(r"- key: (\w+)\n +(.*)\n", TEXT))
    assert given.keys() <= {variable.name for variable in VARIABLES} | {"PYTHON_VERSION"}
    assert set(re.findall(r"^ +value: (.*)$", TEXT, re.M)) == {"staging", "prod", '"3.11.11"'}


def test_web_and_worker_of_both_sites_are_there() -> None:
    assert re.findall(r"type: (\w+)\n    name: (.*)", TEXT) == [
        ("web", "nit-sys-staging"),
        ("worker", "nit-sys-staging-worker"),
        ("web", "nit-sys"),
        ("worker", "nit-sys-worker"),
    ]
    assert TEXT.count("healthCheckPath: /readyz") == TEXT.count("preDeployCommand: python manage.py migrate") == 2
    assert TEXT.count("gunicorn -c config/gunicorn.py config.wsgi") == TEXT.count("manage.py run_worker") == 2
