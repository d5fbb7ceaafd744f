"""Where does this customer live, and where does a parcel go?"""
