"""What every page of the organizer's desk stands on."""
