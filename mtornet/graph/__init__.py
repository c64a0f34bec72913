"""The wiring diagram: knowledge tables and the typed networkx graph made from them."""
