"""The triggers that keep `BrandCount`: exact whoever writes products, at no cost to who reads them.

Counting a million products for the list of brands takes 100 ms; the counts take less than one. A migration that
rebuilds the table of products on SQLite (any AlterField) drops its triggers there and has to call `install` again;
`tests/catalog/test_tally.py` goes red when one forgets.
"""

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_ADD = """INSERT INTO catalog_brandcount AS c (tenant_id, brand, products)
SELECT tenant_id, brand, count(*) FROM added GROUP BY tenant_id, brand ORDER BY tenant_id, brand
ON CONFLICT (tenant_id, brand) DO UPDATE SET products = c.products + excluded.products;"""
_TAKE = """UPDATE catalog_brandcount c SET products = c.products - gone.count
FROM (SELECT tenant_id, brand, count(*) FROM taken GROUP BY tenant_id, brand ORDER BY tenant_id, brand) gone
WHERE c.tenant_id = gone.tenant_id AND c.brand = gone.brand;"""

MOVED = f"""catalog_brand_moved() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
    IF EXISTS (
        SELECT 1 FROM (
            SELECT tenant_id, brand, 1 AS n FROM added UNION ALL SELECT tenant_id, brand, -1 FROM taken
        ) both_sides GROUP BY tenant_id, brand HAVING sum(n) <> 0
    ) THEN {_TAKE} {_ADD} END IF; RETURN NULL; END$$"""
"""Sums, no join: nothing is known about the size of the two tables, and a join of 20,000 rows with 20,000 that the
database takes for a few hundred lasts a minute."""

POSTGRES = [
    f"CREATE FUNCTION catalog_brand_added() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {_ADD} RETURN NULL; END$$",
    f"CREATE FUNCTION catalog_brand_taken() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {_TAKE} RETURN NULL; END$$",
    f"CREATE FUNCTION {MOVED}",
    """CREATE TRIGGER catalog_brand_added AFTER INSERT ON catalog_masterproduct
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION catalog_brand_added()""",
    """CREATE TRIGGER catalog_brand_taken AFTER DELETE ON catalog_masterproduct
    REFERENCING OLD TABLE AS taken FOR EACH STATEMENT EXECUTE FUNCTION catalog_brand_taken()""",
    """CREATE TRIGGER catalog_brand_moved AFTER UPDATE ON catalog_masterproduct
    REFERENCING OLD TABLE AS taken NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION catalog_brand_moved()""",
]
POSTGRES_GONE = [f"DROP FUNCTION catalog_brand_{name}() CASCADE" for name in ("added", "taken", "moved")]

_ROW_ADD = """INSERT INTO catalog_brandcount (tenant_id, brand, products) VALUES (NEW.tenant_id, NEW.brand, 1)
ON CONFLICT (tenant_id, brand) DO UPDATE SET products = products + 1;"""
_ROW_TAKE = """UPDATE catalog_brandcount SET products = products - 1
WHERE tenant_id = OLD.tenant_id AND brand = OLD.brand;"""
SQLITE = [
    f"CREATE TRIGGER catalog_brand_added AFTER INSERT ON catalog_masterproduct BEGIN {_ROW_ADD} END",
    f"CREATE TRIGGER catalog_brand_taken AFTER DELETE ON catalog_masterproduct BEGIN {_ROW_TAKE} END",
    f"""CREATE TRIGGER catalog_brand_moved AFTER UPDATE OF tenant_id, brand ON catalog_masterproduct
    BEGIN {_ROW_TAKE} {_ROW_ADD} END""",
]
SQLITE_GONE = [f"DROP TRIGGER IF EXISTS catalog_brand_{name}" for name in ("added", "taken", "moved")]

COUNT = """INSERT INTO catalog_brandcount (tenant_id, brand, products)
SELECT tenant_id, brand, count(*) FROM catalog_masterproduct GROUP BY tenant_id, brand"""


def install(schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the triggers and count what is there. For migrations."""
    for statement in POSTGRES if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)
    schema_editor.execute("DELETE FROM catalog_brandcount")
    schema_editor.execute(COUNT)


def remove(schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Take the triggers out again. For migrations."""
    for statement in POSTGRES_GONE if schema_editor.connection.vendor == "postgresql" else SQLITE_GONE:
        schema_editor.execute(statement)
