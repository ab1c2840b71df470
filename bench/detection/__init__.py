"""Detection quality: trainings whose fate is known, and what the doctor says of them."""
