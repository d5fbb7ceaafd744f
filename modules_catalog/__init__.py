"""What can be sold? Modules, features, options, rules, bill of materials, routing, sizing."""
