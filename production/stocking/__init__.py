"""Which components should a plant stock so that most people are fitted from the shelf? Pure; a planning job."""
