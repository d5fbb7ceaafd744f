"""What did this customer ask, agree and buy? Customers, drafts, pricing, quotes, lifecycle, invoicing."""
