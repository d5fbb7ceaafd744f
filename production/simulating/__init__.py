"""Would the plant keep its promises? The floor played through event by event, promises made by the real rule. Pure."""
