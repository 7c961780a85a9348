"""The backend that settings name as ENGINE; Django looks for its `base`."""
