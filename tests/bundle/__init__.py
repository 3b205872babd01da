"""What an ordinary user does with a bundle, where there is no network."""
