"""What will be done and why: the three-way diff, its operations, their order, forecast and gates. Pure."""
