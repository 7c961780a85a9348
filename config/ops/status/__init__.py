"""The platform admin's page 「動作状況」: what is alive, what is wrong, what ran last."""
