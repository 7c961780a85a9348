"""What tables of tenants and catalog hold of a meet or a person: these apps know no meet."""
