"""What each remedy does to a game that has the trouble it is meant for: trainings, pictures and pages."""
