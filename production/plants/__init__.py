"""What can this plant do? Work centres, shifts, holidays, stock and suppliers, one folder a line."""
