"""What values show at a glance: numbers, samples and small pictures, at a bounded cost however large they are."""
