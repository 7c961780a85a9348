"""One import, two people. Real PostgreSQL, one connection a thread."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from catalog.importing.models import ImportRun, RunState
from catalog.models import MasterProduct
from tenants.models import AuditRecord, Job, User

CSV = "ブランド,型番\r\n" + "".join(f"ASICS,A-{n}\r\n" for n in range(200))
AT_ONCE = 8


@pytest.mark.parametrize("buttons", [["confirm"] * AT_ONCE, ["confirm", "discard"] * (AT_ONCE // 2)])
def test_one_decision_holds_and_all_others_hear_of_it(aoki: User, buttons: list[str]) -> None:
    desk = Client()
    desk.force_login(aoki)
    desk.post("/admin/catalog/importrun/add/", {"file": SimpleUploadedFile("x.csv", CSV.encode())})
    page = f"/admin/catalog/importrun/{ImportRun.objects.get().pk}/change/"
    start = Barrier(AT_ONCE)

    def press(button: str) -> str:
        person = Client()
        person.force_login(aoki)
        try:
            start.wait()
            answer = person.post(page, {button: "1"}, follow=True)
        finally:
            connection.close()
        return "late" if "すでに処理されています" in answer.content.decode() else button

    with ThreadPoolExecutor(AT_ONCE) as pool:
        ends = Counter(pool.map(press, buttons))
    run = ImportRun.objects.get()
    assert ends.total() - ends["late"] == 1
    written = run.state == RunState.DONE
    assert (ends["confirm"], MasterProduct.objects.count()) == ((1, 200) if written else (0, 0))
    assert run.state in (RunState.DONE, RunState.DISCARDED)
    assert (
        Job.objects.filter(kind="catalog.write_csv").count()
        == AuditRecord.objects.filter(verb="catalog.imported").count()
        == written
    )
