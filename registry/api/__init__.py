"""The API over HTTP: what every view of it shares. Views of single things lie in the apps that own them."""
