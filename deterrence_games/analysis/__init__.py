"""Questions asked of solved games: which equilibria exist where, whether a threat is credible, what learning leads to."""
