"""Telling people: routes say who hears of an alert, channels carry it there. What is to be sent is stored before it is sent."""
