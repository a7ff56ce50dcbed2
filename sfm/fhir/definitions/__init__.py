"""What we write that nobody else has published in machine form: served to anyone, so that an EPJ can look it up."""
